// The clocks. Private to tocsin/base.
#include <tocsin/base/clock.h>

#include <ctime>

#include <tocsin/base/check.h>

namespace tocsin::base {

namespace {

class MonotonicClock final : public Clock {
public:
    [[nodiscard]] Time now() noexcept override {
        timespec reading{};
        ::clock_gettime(CLOCK_MONOTONIC, &reading);
        return Time{std::chrono::seconds{reading.tv_sec} +
                    std::chrono::nanoseconds{reading.tv_nsec}};
    }
    [[nodiscard]] bool passes() const noexcept override { return true; }
};

}  // namespace

Clock& monotonic_clock() noexcept {
    static MonotonicClock clock;
    return clock;
}

void ManualClock::advance(Duration step) noexcept {
    check(step >= Duration::zero(), "ManualClock::advance: the step is negative; time only runs "
                                    "forward, so make a new clock instead");
    nanoseconds_.fetch_add(step.count());
}

}  // namespace tocsin::base
