// Time, and a clock that tests can drive by hand. Public.
#pragma once

#include <atomic>
#include <chrono>

namespace tocsin::base {

using Duration = std::chrono::nanoseconds;
using Time = std::chrono::time_point<std::chrono::steady_clock, Duration>;

// Where a loop reads the time from.
class Clock {
public:
    virtual ~Clock() = default;

    // The time now, or a reading of it that was made since the last waited(); never runs backwards.
    [[nodiscard]] virtual Time now() noexcept = 0;

    // The time now, where now() may give back an earlier reading.
    [[nodiscard]] virtual Time refresh() noexcept { return now(); }

    // A loop says that it has waited, or would have: what now() keeps is old from here on.
    virtual void waited() noexcept {}

    // Whether time passes by itself. When it does not, a loop that has nothing else to do sleeps
    // until it is woken, however near the next deadline is.
    [[nodiscard]] virtual bool passes() const noexcept = 0;
};

// CLOCK_MONOTONIC: the clock that loops use unless they are given another one. Any thread.
[[nodiscard]] Clock& monotonic_clock() noexcept;

// A clock that stands still until it is moved, for tests that drive time by hand. Any thread may
// read and move it; a loop that sleeps has to be woken for it to notice.
class ManualClock final : public Clock {
public:
    explicit ManualClock(Time start = Time{}) noexcept
        : nanoseconds_{start.time_since_epoch().count()} {}

    [[nodiscard]] Time now() noexcept override { return Time{Duration{nanoseconds_.load()}}; }
    [[nodiscard]] bool passes() const noexcept override { return false; }

    // Moves the time forward by `step`, which is not negative.
    void advance(Duration step) noexcept;

private:
    std::atomic<Duration::rep> nanoseconds_;
};

}  // namespace tocsin::base
