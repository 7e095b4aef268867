// Opening a path to observe it. Private to tocsin/cli.
#include <tocsin/cli/observer.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/ioctl.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <tocsin/base/errors.h>
#include <tocsin/cli/failure.h>

namespace tocsin::cli {

namespace {

const char* remedy_for(int error) noexcept {
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return "tocsin ls lists what is served";
    case EACCES:
        return "ask its owner for the permission to read";
    case ENOTCONN:
    case ECONNABORTED:
        return "its server is gone; serve it again, or remove what is left with umount";
    case ENXIO:
        return "a socket cannot be watched; connect to it, for example with nc -U";
    default:
        return "see tocsin ls";
    }
}

}  // namespace

Observer::Observer(const std::string& path)
    : file_{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)} {
    if (!file_) {
        const int error = errno;
        throw Failure{Exit::refused,
                      fmt::format("{}: cannot be opened ({}); {}", path,
                                  base::error_of(error).message(), remedy_for(error))};
    }
    has_records_ = ::ioctl(file_.number(), tocsin_ioctl_observe) == 0;
}

void Observer::mark_seen() const noexcept {
    if (has_records_) {
        ::ioctl(file_.number(), tocsin_ioctl_observe);
    }
}

std::uint64_t Observer::records_lost() const noexcept {
    tocsin_records_lost lost{};
    if (has_records_) {
        ::ioctl(file_.number(), tocsin_ioctl_records_lost, &lost);
    }
    return lost.total;
}

std::optional<nlohmann::json> Observer::status() const {
    std::array<char, 16383> text{};
    const int size =
        has_records_ ? ::ioctl(file_.number(), tocsin_ioctl_records_status, text.data()) : -1;
    if (size < 0) {
        return std::nullopt;
    }
    const std::string_view json{text.data(), static_cast<std::size_t>(size)};
    nlohmann::json status = nlohmann::json::parse(json, nullptr, false);
    return status.is_object() ? std::optional{std::move(status)} : std::nullopt;
}

}  // namespace tocsin::cli
