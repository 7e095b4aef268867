// Reading, writing and cutting the connection. Private to tocsin/resource.
#include <tocsin/resource/channel.h>

#include <cerrno>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <linux/fuse.h>
#include <mutex>
#include <numeric>
#include <unistd.h>
#include <utility>

#include <tocsin/base/errors.h>
#include <tocsin/base/uncancelled.h>
#include <tocsin/resource/message.h>

namespace tocsin::resource {

namespace {

thread_local std::uint64_t current_number = 0;

ssize_t write_for_fuse(int, ::iovec* pieces, int count, void* userdata) {
    return static_cast<Channel*>(userdata)->write(pieces, count);
}

// libfuse demands it and never calls it: messages are read before libfuse sees them.
ssize_t refuse_to_read(int, void*, std::size_t, void*) {
    errno = ENODEV;
    return -1;
}

::fuse_session* open_session(Channel& channel, const ::fuse_lowlevel_ops& operations) {
    char name[] = "tocsin";
    char* names[] = {name, nullptr};
    ::fuse_args arguments = {.argc = 1, .argv = names, .allocated = 0};
    ::fuse_session* const session =
        ::fuse_session_new(&arguments, &operations, sizeof operations, &channel);
    ::fuse_opt_free_args(&arguments);
    if (session == nullptr) {
        throw std::system_error{base::error_of(ENOMEM), "cannot make a fuse session"};
    }
    return session;
}

}  // namespace

Channel::Channel(base::Descriptor device, void* owner, const ::fuse_lowlevel_ops& operations)
    : owner_{owner}, device_{std::move(device)} {
    // libfuse closes the number that it is given, whenever the last answer lets it go; the device
    // itself has to be closed earlier, at an exact moment. So it is given one that means nothing.
    base::Descriptor placeholder{::open("/dev/null", O_RDWR | O_CLOEXEC)};
    if (!placeholder) {
        throw std::system_error{base::last_error(), "cannot open /dev/null"};
    }
    fuse_ = open_session(*this, operations);
    const ::fuse_custom_io io = {.writev = &write_for_fuse,
                                 .read = &refuse_to_read,
                                 .splice_receive = nullptr,
                                 .splice_send = nullptr};
    if (::fuse_session_custom_io(fuse_, &io, placeholder.number()) != 0) {
        ::fuse_session_destroy(fuse_);
        throw std::system_error{base::error_of(ENOMEM), "cannot make a fuse session"};
    }
    static_cast<void>(placeholder.release());
}

// Closes a descriptor, as a point of cancellation; a thread that drops the last reference goes on.
Channel::~Channel() {
    const base::Uncancelled here;
    ::fuse_session_destroy(fuse_);
}

std::error_code Channel::receive(std::span<std::byte> buffer, std::size_t& size) noexcept {
    ssize_t got = 0;
    do {
        got = ::read(device_.number(), buffer.data(), buffer.size());
        // ENOENT: the client took the request back while it was being read.
    } while (got < 0 && (errno == EINTR || errno == ENOENT));
    if (got <= 0) {
        return got == 0 ? base::error_of(ENODEV) : base::last_error();
    }
    size = static_cast<std::size_t>(got);
    return {};
}

void Channel::process(std::span<std::byte> message) noexcept {
    const auto header = copy_of<::fuse_in_header>(message);
    if (!is_complete(message)) {
        if (expects_an_answer(header.opcode)) {
            static_cast<void>(answer(header.unique, EIO));
        }
        return;
    }
    ::fuse_buf buffer = {};
    buffer.size = message.size();
    buffer.mem = message.data();
    buffer.fd = -1;
    const std::uint64_t outer = std::exchange(current_number, header.unique);
    ::fuse_session_process_buf(fuse_, &buffer);
    current_number = outer;
}

std::uint64_t Channel::current_message() noexcept {
    return current_number;
}

void Channel::agree(::fuse_conn_info& connection) noexcept {
    connection.max_write = write_size_max;
    connection.want |= connection.capable & static_cast<unsigned>(FUSE_CAP_ATOMIC_O_TRUNC);
    connection.want &=
        ~static_cast<unsigned>(FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE |
                               FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO);
}

std::error_code Channel::answer(std::uint64_t unique, int error,
                                std::span<const std::byte> payload) noexcept {
    const ::fuse_out_header header = {
        .len = static_cast<std::uint32_t>(sizeof header + payload.size()),
        .error = -error,
        .unique = unique};
    const ::iovec pieces[] = {
        {.iov_base = const_cast<::fuse_out_header*>(&header), .iov_len = sizeof header},
        {.iov_base = const_cast<std::byte*>(payload.data()), .iov_len = payload.size()}};
    return write(pieces, payload.empty() ? 1 : 2) < 0 ? base::last_error() : std::error_code{};
}

ssize_t Channel::write(const ::iovec* pieces, int count) noexcept {
    // Not even the lock, which a thread that the child does not have may hold.
    if (!is_of_this_process()) {
        errno = ENOENT;  // what libfuse passes over in silence
        return -1;
    }
    const std::shared_lock lock{mutex_};
    if (!device_) {
        errno = ENOENT;
        return -1;
    }
    // writev() is a cancellation point, and between it and who answers lies libfuse, which cannot
    // be left by unwinding.
    const base::Uncancelled here;
    ssize_t written = 0;
    do {
        written = ::writev(device_.number(), pieces, count);
    } while (written < 0 && errno == EINTR);
    if (written < 0 && (errno == ENODEV || errno == EPIPE || errno == ECONNRESET)) {
        errno = ENOENT;
    }
    return written;
}

void Channel::close() noexcept {
    const std::unique_lock lock{mutex_};
    device_.reset();
}

}  // namespace tocsin::resource
