// Threads of the library. Private to tocsin/resource.
#pragma once

#include <csignal>
#include <thread>
#include <utility>

namespace tocsin::resource {

// Starts a thread that no signal is delivered to: signals are for the threads of the program.
// Throws std::system_error.
template <typename Body>
[[nodiscard]] std::thread start_quiet_thread(Body&& body) {
    ::sigset_t all;
    ::sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        std::thread thread{std::forward<Body>(body)};
        ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
        return thread;
    } catch (...) {
        ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
        throw;
    }
}

}  // namespace tocsin::resource
