// Readings of the clock. Private to tocsin/ivykis.
#include <tocsin/ivykis/now_clock.h>

#include <algorithm>
#include <cstdint>

namespace tocsin::ivykis {

base::Time time_of(const timespec& time) noexcept {
    constexpr std::int64_t second = 1'000'000'000;
    std::int64_t nanoseconds = 0;
    if (__builtin_mul_overflow(std::int64_t{time.tv_sec}, second, &nanoseconds) ||
        __builtin_add_overflow(nanoseconds, std::int64_t{time.tv_nsec}, &nanoseconds)) {
        return time.tv_sec < 0 ? base::Time::min() : base::Time::max();
    }
    return base::Time{base::Duration{nanoseconds}};
}

void NowClock::read() noexcept {
    ::clock_gettime(CLOCK_MONOTONIC, &reading_);
    valid_ = true;
}

// A reading that is ahead of the clock was put there, and stays.
base::Time NowClock::refresh() noexcept {
    timespec fresh{};
    ::clock_gettime(CLOCK_MONOTONIC, &fresh);
    return valid_ ? std::max(time_of(fresh), time_of(reading_)) : time_of(fresh);
}

}  // namespace tocsin::ivykis
