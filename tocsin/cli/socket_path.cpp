// Making and removing a socket's path. Private to tocsin/cli.
#include <tocsin/cli/socket_path.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <fmt/format.h>

#include <tocsin/base/errors.h>
#include <tocsin/cli/failure.h>

namespace tocsin::cli {

namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
    throw Failure{Exit::refused, fmt::format("{}: {}", path, why)};
}

[[noreturn]] void refuse_by_errno(const std::string& path, const char* what, const char* remedy) {
    refuse(path, fmt::format("{} ({}); {}", what, base::last_error().message(), remedy));
}

::sockaddr_un address_of(const std::string& path) noexcept {
    ::sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

const ::sockaddr* generic(const ::sockaddr_un& address) noexcept {
    return reinterpret_cast<const ::sockaddr*>(&address);
}

void check_path(const std::string& path) {
    if (path.empty() || path.front() != '/') {
        throw Failure{Exit::usage, fmt::format("{}: the path is relative; give an absolute one, "
                                               "which begins with a slash",
                                               path)};
    }
    if (path.size() >= sizeof(::sockaddr_un::sun_path)) {
        refuse(path, fmt::format("the path of a socket has at most {} bytes; give a shorter one",
                                 sizeof(::sockaddr_un::sun_path) - 1));
    }
}

// Held while a path is looked at and changed, so that of two servers that start at once the second
// sees what the first has made. It ends with the descriptor.
base::Descriptor lock_folder_of(const std::string& path) {
    const std::string folder = path.substr(0, std::max<std::size_t>(1, path.rfind('/')));
    base::Descriptor lock{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!lock) {
        refuse_by_errno(path, "its folder cannot be opened", "make it, or give another path");
    }
    while (::flock(lock.number(), LOCK_EX) != 0 && errno == EINTR) {
    }
    return lock;
}

// Whether somebody listens at `path`, or may do so. Asked with a socket of another type, which is
// never connected: the server would take a connection for a client.
bool is_alive(const std::string& path) noexcept {
    const base::Descriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    const ::sockaddr_un address = address_of(path);
    return ::connect(socket.number(), generic(address), sizeof address) == 0 ||
           errno != ECONNREFUSED;
}

// Removes the socket of a dead server; refuses anything else that is there.
void clear(const std::string& path) {
    struct ::stat found{};
    if (::lstat(path.c_str(), &found) != 0) {
        return;
    }
    if (!S_ISSOCK(found.st_mode)) {
        refuse(path, "something that is no socket is there; remove it, or give another path");
    }
    if (is_alive(path)) {
        refuse(path, "a server that is alive has its socket there; end it, or give another path");
    }
    if (::unlink(path.c_str()) != 0) {
        refuse_by_errno(path, "the socket of a dead server cannot be removed",
                        "remove it, or give another path");
    }
}

}  // namespace

SocketPath::SocketPath(const std::string& path, ::mode_t mode, const std::optional<Owner>& owner)
    : path_{path}, listener_{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)} {
    check_path(path);
    if (!listener_) {
        refuse_by_errno(path, "no socket can be made", "see ulimit -n");
    }
    const base::Descriptor lock = lock_folder_of(path);
    clear(path);
    bind_and_listen(mode, owner);
}

void SocketPath::bind_and_listen(::mode_t mode, const std::optional<Owner>& owner) {
    const ::sockaddr_un address = address_of(path_);
    const ::mode_t umask_before = ::umask(0777);
    const int bound = ::bind(listener_.number(), generic(address), sizeof address);
    ::umask(umask_before);
    if (bound != 0) {
        refuse_by_errno(path_, "no socket can be made there",
                        "check the permission of its folder, or give another path");
    }
    const bool owned = !owner || ::lchown(path_.c_str(), owner->uid,
                                          owner->gid.value_or(static_cast<::gid_t>(-1))) == 0;
    if (!owned || ::chmod(path_.c_str(), mode) != 0 || ::lstat(path_.c_str(), &made_) != 0 ||
        ::listen(listener_.number(), SOMAXCONN) != 0) {
        const int error = errno;
        ::unlink(path_.c_str());
        errno = error;
        refuse_by_errno(path_, "mode or owner cannot be set", "only root can give files away");
    }
}

SocketPath::~SocketPath() {
    struct ::stat found{};
    if (::lstat(path_.c_str(), &found) == 0 && found.st_dev == made_.st_dev &&
        found.st_ino == made_.st_ino) {
        ::unlink(path_.c_str());
    }
}

base::Descriptor SocketPath::accept() const noexcept {
    return base::Descriptor{
        ::accept4(listener_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
}

base::Descriptor connect_to(const std::string& path) noexcept {
    base::Descriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const ::sockaddr_un address = address_of(path);
    if (socket && ::connect(socket.number(), generic(address), sizeof address) != 0) {
        const int error = errno;
        socket.reset();
        errno = error;
    }
    return socket;
}

}  // namespace tocsin::cli
