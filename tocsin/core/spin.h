// Looking for work before a sleep, for a while that fits. Private to tocsin/core.
#pragma once

#include <algorithm>
#include <concepts>

#include <tocsin/base/clock.h>

namespace tocsin::core {

// A sleep costs its waker a system call and the sleeper tens of microseconds until its processor is
// awake; looking costs the processor. So it is worth it only while work comes soon: after each
// pause that was longer than the most that may be spent, or that something else has ended, half as
// much is spent the next time, and all of it again after one that was shorter.
class Spin {
public:
    explicit Spin(base::Duration most, base::Clock& clock = base::monotonic_clock()) noexcept
        : clock_{clock}, most_{most}, length_{most} {}

    [[nodiscard]] bool wanted() const noexcept { return most_ > base::Duration::zero(); }

    // For how long at most it looks the next time.
    [[nodiscard]] base::Duration length() const noexcept { return length_; }

    // Looks until `came` says so, the time is over, or `limit` has passed.
    void until(const std::predicate auto& came, base::Duration limit) noexcept {
        began_ = clock_.now();
        const base::Duration length = std::min(length_, limit);
        while (!came() && clock_.now() - began_ < length) {
            for (int look = 0; look < looks_per_reading && !came(); ++look) {
                pause();
            }
        }
    }

    // The pause has ended, in the time or in the sleep that followed it: because it `came`, or by
    // something else.
    void ended(bool came) noexcept {
        if (wanted()) {
            length_ = came && clock_.now() - began_ < most_ ? most_ : length_ / 2;
        }
    }

private:
    // Reading the clock takes as long as a few looks.
    static constexpr int looks_per_reading = 64;

    // Leaves the processor's execution units to a hyperthread beside it.
    static void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        asm volatile("yield");
#endif
    }

    base::Clock& clock_;
    base::Duration most_;
    base::Duration length_;
    base::Time began_;
};

}  // namespace tocsin::core
