// Descriptors that a process waits for together. Private to bench/notify.
#pragma once

#include <array>
#include <sys/epoll.h>
#include <unistd.h>

#include <bench/measure/stopwatch.h>

namespace bench {

// Level-triggered.
class Readiness {
public:
    Readiness() { require(set_ >= 0, "epoll_create1"); }
    ~Readiness() { ::close(set_); }
    Readiness(const Readiness&) = delete;
    Readiness& operator=(const Readiness&) = delete;

    void add(int descriptor, int number) const {
        epoll_event event{.events = EPOLLIN, .data = {.fd = number}};
        require(::epoll_ctl(set_, EPOLL_CTL_ADD, descriptor, &event) == 0, "epoll_ctl");
    }

    // Sleeps, and hands over the number of each that is ready.
    template <typename Take>
    void wait(Take take) {
        const int count = ::epoll_wait(set_, events_.data(), static_cast<int>(events_.size()), -1);
        for (int place = 0; place < count; ++place) {
            take(events_.at(static_cast<std::size_t>(place)).data.fd);
        }
    }

private:
    const int set_ = ::epoll_create1(EPOLL_CLOEXEC);
    std::array<epoll_event, 1'024> events_ = {};
};

}  // namespace bench
