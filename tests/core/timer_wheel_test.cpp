// The timer wheel gives what a sorted map would give.
#include <tocsin/core/timer_wheel.h>

#include <cstdint>
#include <deque>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include <tests/core/deadlines.h>
#include <tests/core/sanitized.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {
namespace {

using base::Duration;
using base::Time;

// A wheel and a map of the same timers. Equal keys of a multimap keep the order of insertion.
class Comparison {
public:
    explicit Comparison(Time start) : now_{start}, wheel_{start} {}

    void add(Time deadline) {
        Timer& timer = timers_.emplace_back();
        // Only arming gives a timer its deadline.
        timer.arm(loop_, deadline);
        timer.cancel();
        wheel_.add(timer);
        map_.emplace(deadline, &timer);
    }

    void turn_to(Time now) {
        now_ = std::max(now_, now);
        const auto end = map_.upper_bound(now_);
        EXPECT_TRUE(end == map_.begin() || wheel_.may_be_due(now_));
        std::vector<const Timer*> expected;
        for (auto entry = map_.begin(); entry != end; entry = map_.erase(entry)) {
            expected.push_back(entry->second);
        }
        base::List<Timer> due;
        while (wheel_.collect(now_, due)) {
        }
        std::vector<const Timer*> collected;
        while (!due.empty()) {
            collected.push_back(&due.pop_front());
        }
        ASSERT_EQ(collected, expected) << "at " << now_.time_since_epoch().count();
    }

    void check_next_look() const {
        if (map_.empty() || map_.begin()->first == Time::max()) {
            return;
        }
        ASSERT_TRUE(wheel_.next_look().has_value());
        ASSERT_LE(wheel_.next_look(), map_.begin()->first);
    }

    [[nodiscard]] Time now() const { return now_; }
    [[nodiscard]] std::size_t size() const { return map_.size(); }
    [[nodiscard]] std::optional<Time> next_look() const { return wheel_.next_look(); }

private:
    base::ManualClock clock_;
    Loop loop_{LoopOptions{.clock = clock_}};
    Time now_;
    std::deque<Timer> timers_;
    TimerWheel wheel_;
    std::multimap<Time, const Timer*> map_;
};

void compare_at_random(std::uint64_t seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random{seed};
    Comparison comparison{random_deadline(random, Time{})};
    for (int step = 0; step < 300; ++step) {
        if (random() % 3 != 0) {
            comparison.add(random_deadline(random, comparison.now()));
        } else if (random() % 8 != 0 && comparison.next_look()) {
            comparison.turn_to(*comparison.next_look() + Duration{random() % 2});
        } else {
            comparison.turn_to(random_deadline(random, comparison.now()));
        }
        comparison.check_next_look();
        if (testing::Test::HasFatalFailure()) {
            return;
        }
    }
    comparison.turn_to(Time::max());
    EXPECT_EQ(comparison.size(), 0U);
}

TEST(TimerWheel, gives_what_a_sorted_map_gives) {
    const std::uint64_t seed = std::random_device{}();
    for (std::int64_t run = 0; run < rounds_or(2'000, 200) && !HasFailure(); ++run) {
        compare_at_random(seed + static_cast<std::uint64_t>(run));
    }
}

TEST(TimerWheel, has_nothing_to_look_for_when_it_is_empty) {
    TimerWheel wheel{Time{}};
    EXPECT_EQ(wheel.next_look(), std::nullopt);
    EXPECT_FALSE(wheel.may_be_due(Time::max() - Duration{1}));
}

// Every early look moves timers down the wheel, so there are at most as many as it has levels; also
// for so many timers that the wheel looks only at the slot which they are in.
TEST(TimerWheel, reaches_a_far_deadline_in_few_looks_and_none_is_too_late) {
    for (const std::int64_t first : {std::int64_t{0x0123'4567'89ab'cdef}, std::int64_t{1} << 40}) {
        for (const int timers : {1, 100}) {
            Comparison comparison{Time{}};
            for (int number = 0; number < timers; ++number) {
                comparison.add(Time{Duration{first + number}});
            }
            comparison.turn_to(Time{Duration{1}});
            int looks = 0;
            for (; comparison.size() == static_cast<std::size_t>(timers); ++looks) {
                comparison.check_next_look();
                comparison.turn_to(*comparison.next_look());
            }
            EXPECT_LE(looks, 12);
        }
    }
}

}  // namespace
}  // namespace tocsin::core
