// A client in the test's own process.
#include <tests/cli/client.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <tocsin/cli/socket_path.h>

namespace cli_test {

namespace {

using tocsin::base::Descriptor;

Descriptor open_path(const std::string& path, int flags) {
    struct ::stat status{};
    if (::stat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) {
        return tocsin::cli::connect_to(path);
    }
    return Descriptor{::open(path.c_str(), flags | O_CLOEXEC)};
}

std::string name_of(int error) {
    return "<" + std::string{::strerrorname_np(error)} + ">";
}

}  // namespace

short poll_now(int descriptor, short events, int timeout_ms) {
    ::pollfd entry{.fd = descriptor, .events = events, .revents = 0};
    return ::poll(&entry, 1, timeout_ms) < 0 ? short{-1} : entry.revents;
}

Client::Client(const std::string& path, int flags) : descriptor_{open_path(path, flags)} {
    if (!descriptor_) {
        throw std::system_error{errno, std::generic_category(), path};
    }
}

// The kernel may interrupt a read without a signal that anybody could see: a signal that is ignored
// wakes a thread if another one blocks it at that moment. As every program, a client reads again.
ssize_t Client::read_into(std::string& space) const {
    ssize_t got = 0;
    do {
        got = ::read(descriptor(), space.data(), space.size());
    } while (got < 0 && errno == EINTR);
    return got;
}

std::string Client::read(std::size_t size) const {
    std::string space(size, '\0');
    const ssize_t got = read_into(space);
    return got > 0    ? space.substr(0, static_cast<std::size_t>(got))
           : got == 0 ? "<end>"
                      : name_of(errno);
}

std::string Client::read_all() const {
    std::string all;
    for (;;) {
        std::string space(65536, '\0');
        const ssize_t got = read_into(space);
        if (got <= 0) {
            return all;
        }
        all.append(space, 0, static_cast<std::size_t>(got));
    }
}

std::string Client::write(const std::string& text) const {
    const ssize_t put = ::write(descriptor(), text.data(), text.size());
    return put < 0 ? name_of(errno) : "";
}

tocsin_records_lost Client::losses() const {
    tocsin_records_lost lost{};
    if (::ioctl(descriptor(), tocsin_ioctl_records_lost, &lost) != 0) {
        throw std::system_error{errno, std::generic_category(), "tocsin_ioctl_records_lost"};
    }
    return lost;
}

}  // namespace cli_test
