// Timers: never early, in order, cancelled and armed again anywhere, a million at once.
#include <tocsin/core/timer.h>

#include <algorithm>
#include <deque>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include <tests/core/deadlines.h>
#include <tests/core/does.h>
#include <tests/core/patience.h>
#include <tests/core/sanitized.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/task.h>

namespace tocsin::core {
namespace {

using base::Duration;
using base::Time;

class TimerTest : public testing::Test {
protected:
    // What has been delivered since the last call.
    std::vector<int> turn() {
        loop.turn(Wait::no);
        return std::exchange(journal, {});
    }
    std::vector<int> turn_at(std::int64_t nanoseconds) {
        clock.advance(Time{Duration{nanoseconds}} - clock.now());
        return turn();
    }

    base::ManualClock clock;
    Loop loop{LoopOptions{.clock = clock}};
    std::vector<int> journal;
};

// A timer that writes its number into the journal.
struct Noted {
    Noted(std::vector<int>& all_entries, int own_number)
        : journal{all_entries}, number{own_number} {}

    std::vector<int>& journal;
    int number;
    Timer timer{base::Callback<>{[this] { journal.push_back(number); }}};
};

constexpr Time at(std::int64_t nanoseconds) {
    return Time{Duration{nanoseconds}};
}

TEST_F(TimerTest, is_delivered_at_its_deadline_and_never_before) {
    Noted one{journal, 1};
    one.timer.arm(loop, at(1'000'000));
    EXPECT_TRUE(one.timer.armed());
    EXPECT_EQ(one.timer.deadline(), at(1'000'000));
    EXPECT_EQ(turn(), std::vector<int>{});
    EXPECT_EQ(turn_at(999'999), std::vector<int>{});
    EXPECT_EQ(turn_at(1'000'000), (std::vector{1}));
    EXPECT_FALSE(one.timer.armed());
    EXPECT_EQ(turn_at(9'000'000), std::vector<int>{});
}

TEST_F(TimerTest, timers_are_delivered_in_the_order_of_deadlines_and_equal_ones_of_arming) {
    std::deque<Noted> timers;
    const std::vector<std::int64_t> deadlines{500, 70, 500, 70'000, 70, 1, 500, 69};
    for (const std::int64_t deadline : deadlines) {
        timers.emplace_back(journal, static_cast<int>(timers.size()));
        timers.back().timer.arm(loop, at(deadline));
    }
    timers[0].timer.arm(loop, at(500));
    EXPECT_EQ(turn_at(100'000), (std::vector{5, 7, 1, 4, 2, 6, 0, 3}));
}

TEST_F(TimerTest, any_deadline_will_do) {
    clock.advance(std::chrono::hours{1});
    Noted first{journal, 1};
    Noted zero{journal, 2};
    Noted negative{journal, 3};
    Noted past{journal, 4};
    Noted never{journal, 5};
    Noted last{journal, 6};
    last.timer.arm(loop, Time::max() - Duration{1});
    never.timer.arm(loop, Time::max());
    past.timer.arm(loop, clock.now() - Duration{1});
    negative.timer.arm(loop, at(-5));
    zero.timer.arm(loop, Time{});
    first.timer.arm(loop, Time::min());
    EXPECT_EQ(turn(), (std::vector{1, 3, 2, 4}));
    clock.advance(Time::max() - Duration{2} - clock.now());
    EXPECT_EQ(turn(), std::vector<int>{});
    clock.advance(Duration{1});
    EXPECT_EQ(turn(), (std::vector{6}));
    never.timer.cancel();
}

TEST_F(TimerTest, arming_again_replaces_the_deadline) {
    Noted one{journal, 1};
    one.timer.arm(loop, at(100));
    one.timer.arm(loop, at(300));
    EXPECT_EQ(loop.registered_count(), 1U);
    EXPECT_EQ(turn_at(200), std::vector<int>{});
    one.timer.arm(loop, at(250));
    EXPECT_EQ(turn_at(260), (std::vector{1}));
    EXPECT_EQ(turn_at(400), std::vector<int>{});
}

TEST_F(TimerTest, arming_on_another_loop_takes_it_from_the_first) {
    Noted one{journal, 1};
    Loop other{LoopOptions{.clock = clock}};
    one.timer.arm(loop, at(100));
    one.timer.arm(other, at(100));
    EXPECT_EQ(loop.registered_count(), 0U);
    EXPECT_EQ(turn_at(200), std::vector<int>{});
    EXPECT_TRUE(other.turn(Wait::no));
    EXPECT_EQ(journal, (std::vector{1}));
}

TEST_F(TimerTest, one_that_is_due_already_can_be_cancelled_or_freed_by_the_one_before_it) {
    auto second = std::make_unique<Noted>(journal, 2);
    Noted third{journal, 3};
    Noted fourth{journal, 4};
    Does<> cancel{[&] {
        second.reset();
        third.timer.cancel();
    }};
    Timer first{cancel};
    first.arm(loop, at(10));
    second->timer.arm(loop, at(20));
    third.timer.arm(loop, at(30));
    fourth.timer.arm(loop, at(40));
    EXPECT_EQ(turn_at(100), (std::vector{4}));
    EXPECT_EQ(loop.registered_count(), 0U);
}

TEST_F(TimerTest, may_be_freed_inside_its_own_handler) {
    std::unique_ptr<Timer> timer;
    Does<> free{[&timer] { timer.reset(); }};
    timer = std::make_unique<Timer>(free);
    timer->arm(loop, at(10));
    turn_at(10);
    EXPECT_EQ(timer, nullptr);
}

TEST_F(TimerTest, armed_in_a_handler_it_is_delivered_in_a_later_turn_even_when_it_is_overdue) {
    Timer timer;
    int delivered = 0;
    Does<> again{[&] {
        ++delivered;
        timer.arm(loop, at(-1));
    }};
    timer.set_handler(again);
    timer.arm(loop, at(0));
    for (int turns = 1; turns <= 5; ++turns) {
        turn();
        EXPECT_EQ(delivered, turns);
    }
}

TEST_F(TimerTest, overdue_ones_are_delivered_by_deadline_before_those_that_come_due) {
    clock.advance(Duration{1000});
    turn();
    Noted on_time{journal, 1};
    Noted late{journal, 2};
    Noted later{journal, 3};
    Noted also_late{journal, 4};
    on_time.timer.arm(loop, at(1000));
    late.timer.arm(loop, at(50));
    later.timer.arm(loop, at(20));
    also_late.timer.arm(loop, at(50));
    EXPECT_EQ(turn(), (std::vector{3, 2, 4, 1}));
}

TEST_F(TimerTest, a_pending_delivery_calls_the_handler_that_was_set_last) {
    Noted old_one{journal, 1};
    std::vector<int> others;
    old_one.timer.arm(loop, at(10));
    old_one.timer.set_handler(base::Callback<>{[&others] { others.push_back(1); }});
    EXPECT_EQ(turn_at(10), std::vector<int>{});
    EXPECT_EQ(others.size(), 1U);
}

// A handler moves the clock; the loop must not fall asleep on a timer that is due by now.
TEST_F(TimerTest, a_turn_inside_a_turn_has_a_time_of_its_own) {
    Time outside;
    Time inside;
    Does<> look{[&] { inside = loop.now(); }};
    Task inner{look};
    Does<> turn_again{[&] {
        outside = loop.now();
        clock.advance(std::chrono::seconds{1});
        inner.schedule(loop);
        loop.turn(Wait::no);
    }};
    Task outer{turn_again};
    outer.schedule(loop);
    loop.turn(Wait::no);
    EXPECT_EQ(inside - outside, std::chrono::seconds{1});
}

TEST_F(TimerTest, a_time_that_is_refreshed_stands_still_for_the_rest_of_the_turn) {
    Time refreshed;
    Time later;
    Does<> look{[&] {
        refreshed = loop.refresh_time();
        clock.advance(std::chrono::seconds{1});
        later = loop.now();
    }};
    Task task{look};
    task.schedule(loop);
    loop.turn(Wait::no);
    EXPECT_EQ(later, refreshed);
    EXPECT_EQ(loop.now() - refreshed, std::chrono::seconds{1}) << "and no longer";
}

TEST_F(TimerTest, a_clock_that_a_handler_moves_is_noticed_before_the_loop_sleeps) {
    Noted due{journal, 1};
    due.timer.arm(loop, at(100));
    Does<> move{[this] { clock.advance(Duration{200}); }};
    Task mover{move};
    mover.schedule(loop);
    Gate delivered;
    bool rescued = false;
    Event rescue{loop, base::Callback<>{[&rescued] { rescued = true; }}};
    std::jthread rescuer{[&] {
        if (!delivered.pass(std::chrono::seconds{5})) {
            rescue.post();
        }
    }};
    while (journal.empty() && !rescued) {
        loop.turn(Wait::yes);
    }
    delivered.open();
    rescuer.join();
    EXPECT_FALSE(rescued) << "the loop slept";
}

// Random arming, cancelling and moving of time, against a sorted map.
void compare_with_map(std::uint64_t seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random{seed};
    base::ManualClock clock;
    Loop loop{LoopOptions{.clock = clock}};
    std::vector<int> journal;
    std::deque<Noted> timers;
    std::multimap<Time, int> armed;
    std::vector<std::multimap<Time, int>::iterator> places(50, armed.end());
    for (int number = 0; number < 50; ++number) {
        timers.emplace_back(journal, number);
    }
    for (int step = 0; step < 500; ++step) {
        const std::size_t number = random() % 50;
        if (places[number] != armed.end()) {
            armed.erase(std::exchange(places[number], armed.end()));
        }
        if (random() % 4 == 0) {
            timers[number].timer.cancel();
        } else {
            const Time deadline = random_deadline(random, clock.now());
            timers[number].timer.arm(loop, deadline);
            places[number] = armed.emplace(deadline, static_cast<int>(number));
        }
        if (random() % 4 != 0) {
            continue;
        }
        const std::int64_t room = (Time::max() - clock.now()).count();
        clock.advance(Duration{static_cast<std::int64_t>(random() >> (1 + random() % 63)) & room});
        std::vector<int> expected;
        while (!armed.empty() && armed.begin()->first <= clock.now()) {
            expected.push_back(armed.begin()->second);
            places[static_cast<std::size_t>(armed.begin()->second)] = armed.end();
            armed.erase(armed.begin());
        }
        loop.turn(Wait::no);
        ASSERT_EQ(std::exchange(journal, {}), expected);
        ASSERT_EQ(loop.registered_count(), armed.size());
    }
}

TEST(TimerOrder, is_that_of_a_sorted_map_under_random_arming_and_cancelling) {
    const std::uint64_t seed = std::random_device{}();
    for (std::int64_t run = 0; run < rounds_or(500, 50) && !HasFailure(); ++run) {
        compare_with_map(seed + static_cast<std::uint64_t>(run));
    }
}

// Many: so that they are not all taken from the wheel before the first is delivered.
TEST_F(TimerTest, what_due_timers_arm_for_a_time_that_is_over_comes_in_the_next_turn_however_many) {
    constexpr int count = 5000;
    std::deque<Noted> second;
    std::deque<Does<>> arming;
    std::deque<Timer> first;
    for (int number = 0; number < count; ++number) {
        Timer& timer = second.emplace_back(journal, number).timer;
        // After all that are due, and in the reverse order of those that arm them.
        arming.emplace_back([this, number, &timer] { timer.arm(loop, at(9'000'000 - number)); });
        first.emplace_back(arming.back()).arm(loop, at(1'000'000 + number * 1000));
    }
    EXPECT_EQ(turn_at(10'000'000), std::vector<int>{});
    std::vector<int> expected(count);
    std::iota(expected.rbegin(), expected.rend(), 0);
    EXPECT_EQ(turn(), expected);
    EXPECT_EQ(turn(), std::vector<int>{});
}

// A million timers, whose handler looks that each comes when it should.
struct Million {
    explicit Million(std::uint64_t seed) : random{seed}, timers(count) {
        for (std::size_t number = 0; number < count; ++number) {
            timers[number].set_handler(base::Callback<>{[this] { ++delivered; }});
            timers[number].arm(loop, at(static_cast<std::int64_t>(random() % 3'600'000'000'000)));
        }
    }

    const std::size_t count = static_cast<std::size_t>(rounds_or(1'000'000, 100'000));
    std::mt19937_64 random;
    base::ManualClock clock;
    Loop loop{LoopOptions{.clock = clock}};
    std::size_t delivered = 0;
    std::vector<Timer> timers;
};

TEST(MillionTimers, expire_all_each_in_the_turn_in_which_it_is_due) {
    Million million{1};
    std::vector<Time> deadlines;
    for (const Timer& timer : million.timers) {
        deadlines.push_back(timer.deadline());
    }
    std::ranges::sort(deadlines);
    for (int step = 0; step < 3600; ++step) {
        million.clock.advance(std::chrono::seconds{1});
        million.loop.turn(Wait::no);
        const auto due = std::ranges::upper_bound(deadlines, million.clock.now());
        ASSERT_EQ(million.delivered, static_cast<std::size_t>(due - deadlines.begin()));
    }
    EXPECT_EQ(million.delivered, million.count);
}

TEST(MillionTimers, are_cancelled_in_any_order) {
    Million million{2};
    std::vector<std::size_t> order(million.count);
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::shuffle(order, million.random);
    for (const std::size_t number : order) {
        million.timers[number].cancel();
    }
    EXPECT_EQ(million.loop.registered_count(), 0U);
    million.clock.advance(std::chrono::hours{2});
    EXPECT_FALSE(million.loop.turn(Wait::no));
}

}  // namespace
}  // namespace tocsin::core
