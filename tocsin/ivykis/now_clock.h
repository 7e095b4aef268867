// The clock behind iv_now. Private to tocsin/ivykis.
#pragma once

#include <ctime>

#include <tocsin/base/clock.h>

namespace tocsin::ivykis {

// Saturates; tv_nsec may have any value.
[[nodiscard]] base::Time time_of(const timespec& time) noexcept;

// Keeps one reading, in an object that programs look at, and that tests of programs write to: what
// stands there is the time by which the loop's timers are due.
class NowClock final : public base::Clock {
public:
    [[nodiscard]] base::Time now() noexcept override { return time_of(valid_reading()); }
    [[nodiscard]] base::Time refresh() noexcept override;
    void waited() noexcept override { valid_ = false; }
    [[nodiscard]] bool passes() const noexcept override { return true; }

    void invalidate() noexcept { valid_ = false; }

    // The object, read anew if it is not valid.
    [[nodiscard]] const timespec& valid_reading() noexcept {
        if (!valid_) {
            read();
        }
        return reading_;
    }

    // The object as it is.
    [[nodiscard]] const timespec& reading() const noexcept { return reading_; }

private:
    void read() noexcept;

    timespec reading_{};
    bool valid_ = false;
};

}  // namespace tocsin::ivykis
