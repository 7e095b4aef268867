// The timers of one loop, by deadline. Private to tocsin/core.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <tocsin/base/clock.h>
#include <tocsin/base/list.h>
#include <tocsin/core/timer.h>

namespace tocsin::core {

// A wheel of eleven levels of 64 slots: a timer stands at the highest base-64 digit in which its
// deadline differs from the time up to which the wheel has been turned, in the slot of that digit.
// Turning the wheel spreads a slot over the levels below as soon as time enters it, so that each
// timer moves at most once a level and the lowest level, one nanosecond a slot, is exact. Timers of
// one deadline always share a slot, in the order of arming. Adding and cancelling are O(1).
class TimerWheel {
public:
    explicit TimerWheel(base::Time now) noexcept : turned_to_{ticks_of(now)} {}
    TimerWheel(const TimerWheel&) = delete;
    TimerWheel& operator=(const TimerWheel&) = delete;

    // Adds a timer that is not linked, under its deadline.
    void add(Timer& timer) noexcept;

    // Whether collect() could find something due at `now`: cheap, and right when it says no.
    [[nodiscard]] bool may_be_due(base::Time now) const noexcept {
        return collecting_ || ticks_of(now) >= bound_;
    }

    // Whether there can be a time at which something is due; perhaps also when the last timer was
    // cancelled, until it is time to look.
    [[nodiscard]] bool waits() const noexcept { return collecting_ || bound_ != never; }

    // Moves timers that are due at `now` to the end of `due`, in the order of delivery: some of
    // them, so that they are delivered while they are in the cache. True when there may be more; it
    // is called with the same `now` then. What is added meanwhile is not among them.
    [[nodiscard]] bool collect(base::Time now, base::List<Timer>& due) noexcept;

    // Becomes empty without touching the timers.
    void forget() noexcept;

    // A time at which it is worth looking again: not after the earliest deadline, but perhaps
    // before it, when a timer was cancelled or finding out would cost a long walk. Nothing when
    // there is no timer.
    [[nodiscard]] std::optional<base::Time> next_look() const noexcept;

private:
    static constexpr unsigned digit_bits = 6;
    static constexpr unsigned slot_count = 1U << digit_bits;
    static constexpr unsigned level_count = (64 + digit_bits - 1) / digit_bits;
    static constexpr std::uint64_t never = UINT64_MAX;
    static constexpr std::uint64_t last_bound = never - 1;  // of a timer for the last time there is

    struct Level {
        std::uint64_t occupied = 0;  // a bit may outlive its last timer, until somebody looks
        std::array<base::List<Timer>, slot_count> slots;
    };
    struct Place {
        unsigned level;
        unsigned slot;
    };

    [[nodiscard]] static std::uint64_t ticks_of(base::Time time) noexcept;
    [[nodiscard]] static base::Time time_of(std::uint64_t ticks) noexcept;
    [[nodiscard]] Place place_of(std::uint64_t ticks) const noexcept;
    [[nodiscard]] std::optional<Place> first_occupied() noexcept;
    [[nodiscard]] std::uint64_t start_of(Place place) const noexcept;
    [[nodiscard]] std::uint64_t find_bound() noexcept;
    [[nodiscard]] std::uint64_t look_into(Place place) noexcept;
    void begin_to_collect(std::uint64_t end, base::List<Timer>& due) noexcept;
    void collect_overdue(base::List<Timer>& due) noexcept;
    void spread(Place place) noexcept;
    void put(Timer& timer, std::uint64_t ticks) noexcept;

    std::uint64_t turned_to_;
    std::uint64_t bound_ = never;  // no timer is due before it; never: there is none
    base::List<Timer> overdue_;    // armed for a time that was over already
    bool collecting_ = false;      // not everything that is due has been collected
    std::uint64_t collected_until_ = 0;
    std::array<Level, level_count> levels_;
};

}  // namespace tocsin::core
