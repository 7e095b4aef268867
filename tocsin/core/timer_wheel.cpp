// Turning of the timer wheel. Private to tocsin/core.
#include <tocsin/core/timer_wheel.h>

#include <algorithm>
#include <bit>

namespace tocsin::core {

namespace {

// A walk through more timers than this costs more than an early look.
constexpr int walk_max = 32;

// So many timers fit into the nearest cache from being collected until they are delivered.
constexpr int collected_at_once = 256;

}  // namespace

// Times before the clock's zero come first, so the sign bit is turned.
std::uint64_t TimerWheel::ticks_of(base::Time time) noexcept {
    return static_cast<std::uint64_t>(time.time_since_epoch().count()) ^ (std::uint64_t{1} << 63U);
}

base::Time TimerWheel::time_of(std::uint64_t ticks) noexcept {
    return base::Time{base::Duration{static_cast<std::int64_t>(ticks ^ (std::uint64_t{1} << 63U))}};
}

TimerWheel::Place TimerWheel::place_of(std::uint64_t ticks) const noexcept {
    const std::uint64_t difference = ticks ^ turned_to_;
    const unsigned highest_bit =
        difference == 0 ? 0U : 63U - static_cast<unsigned>(std::countl_zero(difference));
    const unsigned level = highest_bit / digit_bits;
    return {level, static_cast<unsigned>(ticks >> (level * digit_bits)) % slot_count};
}

std::uint64_t TimerWheel::start_of(Place place) const noexcept {
    const unsigned shift = place.level * digit_bits;
    const unsigned above = shift + digit_bits;
    const std::uint64_t kept = above >= 64 ? 0 : (turned_to_ >> above) << above;
    return kept | (std::uint64_t{place.slot} << shift);
}

void TimerWheel::add(Timer& timer) noexcept {
    const std::uint64_t ticks = ticks_of(timer.deadline_);
    bound_ = std::min({bound_, ticks, last_bound});
    if (ticks < turned_to_ || (collecting_ && ticks <= collected_until_)) {
        overdue_.push_back(timer);
    } else {
        put(timer, ticks);
    }
}

void TimerWheel::put(Timer& timer, std::uint64_t ticks) noexcept {
    const Place place = place_of(ticks);
    Level& level = levels_[place.level];
    level.slots[place.slot].push_back(timer);
    level.occupied |= std::uint64_t{1} << place.slot;
}

// Every timer of a level is due before every timer of the levels above, and within a level the
// slots are in order: so the first occupied slot holds the earliest deadline.
std::optional<TimerWheel::Place> TimerWheel::first_occupied() noexcept {
    for (unsigned number = 0; number < level_count; ++number) {
        Level& level = levels_[number];
        while (level.occupied != 0) {
            const auto slot = static_cast<unsigned>(std::countr_zero(level.occupied));
            if (!level.slots[slot].empty()) {
                return Place{number, slot};
            }
            level.occupied &= level.occupied - 1;
        }
    }
    return std::nullopt;
}

bool TimerWheel::collect(base::Time now, base::List<Timer>& due) noexcept {
    const std::uint64_t end = ticks_of(now);
    // What a turn that a handler left by throwing has not collected goes before what was armed
    // since.
    while (collecting_ && end != collected_until_ && collect(time_of(collected_until_), due)) {
    }
    if (!collecting_ || end != collected_until_) {
        begin_to_collect(end, due);
    }
    for (int slots = 0; slots < collected_at_once;) {
        const std::optional<Place> place = first_occupied();
        if (!place || start_of(*place) > end) {
            turned_to_ = std::max(turned_to_, end);
            bound_ = std::min(bound_, find_bound());
            collecting_ = false;
            return false;
        }
        turned_to_ = start_of(*place);
        if (place->level == 0) {
            due.splice_back(levels_[0].slots[place->slot]);
            ++slots;
        } else {
            spread(*place);
        }
    }
    return true;
}

// What is armed from now on for a time that is over is collected the next time.
void TimerWheel::begin_to_collect(std::uint64_t end, base::List<Timer>& due) noexcept {
    collect_overdue(due);
    collecting_ = true;
    collected_until_ = end;
    bound_ = never;
}

// Turning has entered the slot: its timers differ from the time in a lower digit now. They lie
// anywhere in memory, each behind the one before; so somebody walks towards them from the end, and
// the waits for memory of both overlap.
void TimerWheel::spread(Place place) noexcept {
    base::List<Timer> moving;
    moving.splice_back(levels_[place.level].slots[place.slot]);
    const Timer* ahead = moving.last();
    while (!moving.empty()) {
        Timer& timer = moving.pop_front();
        ahead = ahead == nullptr || ahead == &timer ? nullptr : moving.previous_of(*ahead);
        put(timer, ticks_of(timer.deadline_));
    }
}

// The wheel does not turn back, so what was armed for a time before is sorted when it is due.
void TimerWheel::collect_overdue(base::List<Timer>& due) noexcept {
    overdue_.sort(
        [](const Timer& left, const Timer& right) { return left.deadline_ < right.deadline_; });
    due.splice_back(overdue_);
}

void TimerWheel::forget() noexcept {
    overdue_.forget();
    for (Level& level : levels_) {
        level.occupied = 0;
        for (base::List<Timer>& slot : level.slots) {
            slot.forget();
        }
    }
    bound_ = never;
    collecting_ = false;
}

std::optional<base::Time> TimerWheel::next_look() const noexcept {
    const std::uint64_t bound = collecting_ ? std::min(bound_, turned_to_) : bound_;
    return bound == never ? std::nullopt : std::optional{time_of(bound)};
}

std::uint64_t TimerWheel::find_bound() noexcept {
    const std::optional<Place> place = first_occupied();
    return place ? look_into(*place) : never;
}

std::uint64_t TimerWheel::look_into(Place place) noexcept {
    base::List<Timer>& slot = levels_[place.level].slots[place.slot];
    std::uint64_t earliest = last_bound;
    int walked = 0;
    for (const Timer* timer = slot.first(); timer != nullptr; timer = slot.next_of(*timer)) {
        if (++walked > walk_max) {
            return start_of(place);
        }
        earliest = std::min(earliest, ticks_of(timer->deadline_));
    }
    return earliest;
}

}  // namespace tocsin::core
