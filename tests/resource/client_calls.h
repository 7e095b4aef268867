// What tests do as clients of a path. For tests.
#pragma once

#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <string>
#include <thread>
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

// What a read brings that a signal reaches when `waits()` has come true.
template <typename Waits>
[[nodiscard]] std::string read_until_signal(const base::Descriptor& file, Waits&& waits) {
    struct ::sigaction quiet = {};
    quiet.sa_handler = [](int) {};
    struct ::sigaction before = {};
    ::sigaction(SIGUSR1, &quiet, &before);
    std::string result;
    std::thread reader{[&] { result = read_from(file); }};
    if (waits()) {
        ::pthread_kill(reader.native_handle(), SIGUSR1);
    }
    reader.join();
    ::sigaction(SIGUSR1, &before, nullptr);
    return result;
}

// What poll(2) finds; POLLNVAL when it fails.
[[nodiscard]] inline short poll_for(const base::Descriptor& file, short events,
                                    int timeout_ms = patience_ms) {
    ::pollfd entry = {.fd = file.number(), .events = events, .revents = 0};
    return ::poll(&entry, 1, timeout_ms) < 0 ? short{POLLNVAL} : entry.revents;
}

}  // namespace tocsin::resource
