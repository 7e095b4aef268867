// Interrupts a thread by a signal, many times a second. For tests.
#pragma once

#include <chrono>
#include <csignal>
#include <ctime>
#include <sys/syscall.h>
#include <unistd.h>

namespace tocsin::core {

// Handles `signal` by `handler`, without SA_RESTART, as long as it lives.
class Handled {
public:
    Handled(int signal, void (*handler)(int)) noexcept : signal_{signal} {
        struct sigaction action{};
        action.sa_handler = handler;
        ::sigaction(signal, &action, &before_);
    }
    Handled(const Handled&) = delete;
    Handled& operator=(const Handled&) = delete;
    ~Handled() { ::sigaction(signal_, &before_, nullptr); }

private:
    int signal_;
    struct sigaction before_{};
};

// Sends SIGALRM to the thread that makes it, once in each `interval`, as long as it lives.
class Interruptions {
public:
    explicit Interruptions(std::chrono::nanoseconds interval) noexcept {
        sigevent event{};
        event.sigev_notify = SIGEV_THREAD_ID;
        event.sigev_signo = SIGALRM;
        event._sigev_un._tid = static_cast<pid_t>(::syscall(SYS_gettid));
        ::timer_create(CLOCK_MONOTONIC, &event, &timer_);
        const timespec often{.tv_sec = 0, .tv_nsec = interval.count()};
        const itimerspec setting{.it_interval = often, .it_value = often};
        ::timer_settime(timer_, 0, &setting, nullptr);
    }
    Interruptions(const Interruptions&) = delete;
    Interruptions& operator=(const Interruptions&) = delete;
    ~Interruptions() { ::timer_delete(timer_); }

private:
    timer_t timer_{};
};

}  // namespace tocsin::core
