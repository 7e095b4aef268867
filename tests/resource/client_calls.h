// What tests do as clients of a path. For tests.
#pragma once

#include <array>
#include <cerrno>
#include <poll.h>
#include <string>
#include <unistd.h>

#include <tocsin/base/descriptor.h>

namespace tocsin::resource {

inline constexpr int patience_ms = 20'000;

// What read(2) brings, or "errno " and the number.
[[nodiscard]] inline std::string read_from(const base::Descriptor& file) {
    std::array<char, 64> text{};
    const ssize_t got = ::read(file.number(), text.data(), text.size());
    return got < 0 ? "errno " + std::to_string(errno)
                   : std::string{text.data(), static_cast<std::size_t>(got)};
}

// What poll(2) finds; POLLNVAL when it fails.
[[nodiscard]] inline short poll_for(const base::Descriptor& file, short events,
                                    int timeout_ms = patience_ms) {
    ::pollfd entry = {.fd = file.number(), .events = events, .revents = 0};
    return ::poll(&entry, 1, timeout_ms) < 0 ? short{POLLNVAL} : entry.revents;
}

}  // namespace tocsin::resource
