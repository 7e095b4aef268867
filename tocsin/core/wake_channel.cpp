// The three media of a wake channel. Private to tocsin/core.
#include <tocsin/core/wake_channel.h>

#include <array>
#include <cstdio>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <tocsin/base/errors.h>
#include <tocsin/base/uncancelled.h>

namespace tocsin::core {

namespace {

constexpr std::uint64_t one_post = 1;

// Enough, at 256 posts each, for a full pipe of 64 KiB, and for any socket.
constexpr int reads_max = 256;

// What a kernel without the call, a sandbox, or an old kernel without the flags answers.
bool refused(int error) noexcept {
    return error == ENOSYS || error == EPERM || error == EINVAL || error == EAFNOSUPPORT ||
           error == EOPNOTSUPP || error == EACCES;
}

// A ring that was interrupted, or for which the kernel had no page now, is made again: it is owed
// to a loop that sleeps until then. That of a full channel has been made.
bool is_owed(int error) noexcept {
    return error == EINTR || error == ENOMEM || error == ENOBUFS;
}

// The system calls are made directly: write() and send() of libc are cancellation points, and a
// post must not end the thread that makes it.
long write_post(int descriptor, WakeMedium medium) noexcept {
    if (medium == WakeMedium::eventfd) {
        return ::syscall(SYS_write, descriptor, &one_post, sizeof one_post);
    }
    if (medium == WakeMedium::socket_pair) {
        return ::syscall(SYS_sendto, descriptor, &one_post, 1, MSG_NOSIGNAL | MSG_DONTWAIT, nullptr,
                         0);
    }
    return ::syscall(SYS_write, descriptor, &one_post, 1);
}

// A descriptor of the pipe that reads and writes: with it no poster is ever without a reader, so no
// post raises SIGPIPE. Without /proc the plain writing end has to do.
int writer_that_reads(int reader) noexcept {
    const base::Uncancelled here;
    std::array<char, 32> path{};
    std::snprintf(path.data(), path.size(), "/proc/self/fd/%d", reader);
    return ::open(path.data(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

}  // namespace

void post_to(int descriptor, WakeMedium medium) noexcept {
    const int error = errno;
    while (write_post(descriptor, medium) < 0 && is_owed(errno)) {
    }
    errno = error;
}

WakeMedium medium_of(int descriptor) noexcept {
    struct stat status{};
    if (::fstat(descriptor, &status) != 0 ||
        (!S_ISSOCK(status.st_mode) && !S_ISFIFO(status.st_mode))) {
        return WakeMedium::eventfd;
    }
    return S_ISSOCK(status.st_mode) ? WakeMedium::socket_pair : WakeMedium::pipe;
}

std::error_code WakeChannel::open() noexcept {
    const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor >= 0) {
        reader_.reset(descriptor);
        medium_ = WakeMedium::eventfd;
        return {};
    }
    if (!refused(errno)) {
        return base::last_error();
    }
    const std::error_code error = open_socket_pair();
    return refused(error.value()) ? open_pipe() : error;
}

std::error_code WakeChannel::open_socket_pair() noexcept {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0) {
        return base::last_error();
    }
    reader_.reset(ends[0]);
    writer_.reset(ends[1]);
    medium_ = WakeMedium::socket_pair;
    return {};
}

std::error_code WakeChannel::open_pipe() noexcept {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        return base::last_error();
    }
    reader_.reset(ends[0]);
    writer_.reset(ends[1]);
    const int both = writer_that_reads(ends[0]);
    if (both < 0 && base::is_shortage(errno)) {
        const std::error_code error = base::last_error();
        close();
        return error;
    }
    if (both >= 0) {
        writer_.reset(both);
    }
    medium_ = WakeMedium::pipe;
    return {};
}

void WakeChannel::close() noexcept {
    writer_.reset();
    reader_.reset();
}

std::uint64_t WakeChannel::drain() noexcept {
    std::uint64_t count = 0;
    if (counts()) {
        return ::read(reader_.number(), &count, sizeof count) == sizeof count ? count : 0;
    }
    std::array<char, 256> posts{};
    for (int reads = 0; reads < reads_max; ++reads) {
        const ssize_t got = ::read(reader_.number(), posts.data(), posts.size());
        if (got > 0) {
            count += static_cast<std::uint64_t>(got);
        } else if (got == 0 || errno != EINTR) {
            break;
        }
    }
    return count;
}

}  // namespace tocsin::core
