// Sockets by the number of a process. Private to tocsin/qnx.
#include <tocsin/qnx/link/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

#include <tocsin/base/errors.h>
#include <tocsin/base/uncancelled.h>

namespace tocsin::qnx {

namespace {

constexpr int waiting_max = 128;

// SO_PEERPIDFD, which the headers of older C libraries do not have.
constexpr int peer_process = 77;

struct Address {
    explicit Address(::pid_t process) {
        // The leading zero is what makes it a name without a file.
        const std::string name = std::string{'\0'} + "tocsin-qnx/" + std::to_string(process);
        name.copy(value.sun_path, sizeof value.sun_path);
        size = static_cast<::socklen_t>(offsetof(::sockaddr_un, sun_path) + name.size());
    }
    [[nodiscard]] const ::sockaddr* get() const noexcept {
        return reinterpret_cast<const ::sockaddr*>(&value);
    }

    ::sockaddr_un value = {.sun_family = AF_UNIX, .sun_path = {}};
    ::socklen_t size = 0;
};

base::Descriptor make() {
    base::Descriptor socket{::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!socket) {
        throw std::system_error{base::last_error(), "cannot make a socket"};
    }
    return socket;
}

// False with errno; `peer` is as it was then.
bool look_at_peer(const base::Descriptor& socket, ::ucred& peer) noexcept {
    ::socklen_t size = sizeof peer;
    return ::getsockopt(socket.number(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
}

using Passed = std::array<std::byte, CMSG_SPACE(sizeof(int))>;

int descriptor_in(::msghdr& message) noexcept {
    const ::cmsghdr* const part = CMSG_FIRSTHDR(&message);
    if (part == nullptr || part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
        return -1;
    }
    int number = -1;
    std::memcpy(&number, CMSG_DATA(part), sizeof number);
    return number;
}

}  // namespace

bool is_trusted(::uid_t user) noexcept {
    return user == 0 || user == ::geteuid();
}

base::Descriptor LinkSocket::listen() {
    base::Descriptor socket = make();
    const Address address{::getpid()};
    if (::bind(socket.number(), address.get(), address.size) != 0 ||
        ::listen(socket.number(), waiting_max) != 0) {
        throw std::system_error{base::last_error(), "cannot listen for other processes"};
    }
    return socket;
}

base::Descriptor LinkSocket::connect(::pid_t process) {
    base::Descriptor socket = make();
    const Address address{process};
    if (::connect(socket.number(), address.get(), address.size) != 0) {
        const int error = errno == ECONNREFUSED ? ESRCH : errno;
        throw std::system_error{base::error_of(error), "cannot reach the process"};
    }
    ::ucred other = {};
    const std::optional<bool> ended =
        look_at_peer(socket, other) ? peer_has_ended(socket) : std::nullopt;
    if (!ended) {
        throw std::system_error{base::last_error(), "cannot see who is at the other end"};
    }
    if (other.pid != process || *ended) {
        throw std::system_error{base::error_of(ESRCH), "another process sits at its name"};
    }
    return socket;
}

base::Descriptor LinkSocket::accept(const base::Descriptor& listening) noexcept {
    return base::Descriptor{
        ::accept4(listening.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
}

::ucred LinkSocket::peer(const base::Descriptor& socket) noexcept {
    ::ucred peer = {.pid = 0, .uid = ::uid_t(-1), .gid = ::gid_t(-1)};
    static_cast<void>(look_at_peer(socket, peer));
    return peer;
}

// A number may be another's by now; a descriptor of the process means that one and no other.
std::optional<bool> LinkSocket::peer_has_ended(const base::Descriptor& socket) noexcept {
    int number = -1;
    ::socklen_t size = sizeof number;
    const bool told = ::getsockopt(socket.number(), SOL_SOCKET, peer_process, &number, &size) == 0;
    if (!told && (errno == ESRCH || errno == EINVAL)) {
        return true;  // it was waited for, before Linux 6.16; later there is a descriptor still
    }
    if (!told && base::is_shortage(errno)) {
        return std::nullopt;
    }
    const base::Descriptor process{told ? number : -1};
    ::pollfd end = {.fd = process.number(), .events = POLLIN, .revents = 0};
    return told && ::poll(&end, 1, 0) > 0;
}

int LinkSocket::send(int socket, const Frame& frame, int passed) noexcept {
    ::iovec piece = {.iov_base = const_cast<Frame*>(&frame), .iov_len = sizeof frame};
    ::msghdr message = {};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    alignas(::cmsghdr) Passed control = {};
    if (passed >= 0) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        ::cmsghdr* const part = CMSG_FIRSTHDR(&message);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(sizeof passed);
        std::memcpy(CMSG_DATA(part), &passed, sizeof passed);
    }
    const base::Uncancelled here;
    return ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 ? 0 : errno;
}

int LinkSocket::receive(int socket, Frame& frame, base::Descriptor& passed) noexcept {
    ::iovec piece = {.iov_base = &frame, .iov_len = sizeof frame};
    alignas(::cmsghdr) Passed control = {};
    ::msghdr message = {};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    // One descriptor and no more: what the kernel cannot put there it does not give out.
    message.msg_control = control.data();
    message.msg_controllen = CMSG_LEN(sizeof(int));
    const ssize_t size = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size < 0) {
        return errno;
    }
    passed.reset(descriptor_in(message));
    if (size != sizeof frame || (message.msg_flags & MSG_TRUNC) != 0) {
        return size == 0 ? ECONNRESET : EBADMSG;
    }
    // With the first descriptor in place it was a second one, which no frame has.
    const bool lost = (message.msg_flags & MSG_CTRUNC) != 0;
    return !lost ? 0 : passed ? EBADMSG : EMFILE;
}

}  // namespace tocsin::qnx
