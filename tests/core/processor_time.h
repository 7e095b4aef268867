// How long a thread computes, whatever else the machine does. For tests.
#pragma once

#include <chrono>
#include <ctime>

namespace tocsin::core {

// For how long the calling thread has had a processor so far.
[[nodiscard]] inline std::chrono::nanoseconds processor_time() noexcept {
    timespec reading{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &reading);
    return std::chrono::seconds{reading.tv_sec} + std::chrono::nanoseconds{reading.tv_nsec};
}

// How much of it `work()` takes.
template <typename Work>
[[nodiscard]] std::chrono::nanoseconds processor_time_of(Work&& work) {
    const std::chrono::nanoseconds before = processor_time();
    work();
    return processor_time() - before;
}

}  // namespace tocsin::core
