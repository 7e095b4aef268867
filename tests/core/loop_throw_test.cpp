// A handler that throws leaves the loop usable and nothing lost.
#include <tocsin/core/loop.h>

#include <chrono>
#include <deque>
#include <gtest/gtest.h>
#include <stdexcept>
#include <vector>

#include <tests/core/patience.h>
#include <tests/core/pipe.h>
#include <tocsin/base/clock.h>

namespace tocsin::core {
namespace {

// Four slots of one kind; the delivery of the second one throws.
template <typename Slot, typename... Arguments>
struct FourSlots {
    struct Member {
        FourSlots& all;
        int number;
        Slot slot{base::Callback<Arguments...>{[this](Arguments...) { all.deliver(number); }}};
    };

    void deliver(int number) {
        delivered.push_back(number);
        if (number == 1) {
            throw std::runtime_error{"the second handler throws"};
        }
    }
    Slot& operator[](std::size_t number) { return members[number].slot; }

    Loop loop;
    std::vector<int> delivered;
    std::deque<Member> members;

    FourSlots() {
        for (int number = 0; number < 4; ++number) {
            members.emplace_back(*this, number);
        }
    }
};

template <typename Slots>
void deliver_the_rest(Slots& slots) {
    EXPECT_THROW(slots.loop.turn(Wait::yes), std::runtime_error);
    EXPECT_EQ(slots.delivered, (std::vector{0, 1}));
    slots.loop.turn(Wait::yes);
    EXPECT_EQ(slots.delivered, (std::vector{0, 1, 2, 3}));
}

TEST(LoopThrow, events_after_one_that_throws_are_delivered_in_the_next_turn) {
    FourSlots<Event> slots;
    for (std::size_t number = 0; number < 4; ++number) {
        slots[number].register_with(slots.loop);
        slots[number].post();
    }
    deliver_the_rest(slots);
    slots[1].post();
    EXPECT_THROW(slots.loop.run(), std::runtime_error) << "armed again before it threw";
}

TEST(LoopThrow, tasks_after_one_that_throws_are_delivered_in_the_next_turn) {
    FourSlots<Task> slots;
    for (std::size_t number = 0; number < 4; ++number) {
        slots[number].schedule(slots.loop);
    }
    deliver_the_rest(slots);
    EXPECT_EQ(slots.loop.registered_count(), 0U);
}

TEST(LoopThrow, timers_after_one_that_throws_are_delivered_in_the_next_turn) {
    FourSlots<Timer> slots;
    for (std::size_t number = 0; number < 4; ++number) {
        slots[number].arm(slots.loop, base::Time{});
    }
    deliver_the_rest(slots);
    EXPECT_EQ(slots.loop.registered_count(), 0U);
}

// Y is armed for a time that is over, and lies behind what was not collected when a handler threw.
TEST(LoopThrow, the_rest_of_very_many_timers_goes_before_what_was_armed_since) {
    constexpr int count = 5000;
    base::ManualClock clock;
    Loop loop{LoopOptions{.clock = clock}};
    struct {
        int delivered = 0;
        int before_late = -1;
    } seen;
    Timer late{base::Callback<>{[&seen] { seen.before_late = seen.delivered; }}};
    std::deque<Timer> timers;
    for (int number = 0; number < count; ++number) {
        Timer& timer = timers.emplace_back(base::Callback<>{[&seen] {
            if (++seen.delivered == 1000) {
                throw std::runtime_error{"the thousandth"};
            }
        }});
        timer.arm(loop, base::Time{base::Duration{number * 1000}});
    }
    clock.advance(std::chrono::seconds{1});
    EXPECT_THROW(loop.turn(Wait::no), std::runtime_error);
    late.arm(loop, base::Time{base::Duration{9'000'000}});
    clock.advance(std::chrono::seconds{1});
    loop.run_until_idle();
    EXPECT_EQ(seen.before_late, count);
}

TEST(LoopThrow, of_very_many_timers_the_rest_is_delivered_in_the_next_turn) {
    constexpr int count = 5000;
    base::ManualClock clock;
    Loop loop{LoopOptions{.clock = clock}};
    int delivered = 0;
    std::deque<Timer> timers;
    for (int number = 0; number < count; ++number) {
        Timer& timer = timers.emplace_back(base::Callback<>{[&delivered] {
            if (++delivered == 1000) {
                throw std::runtime_error{"the thousandth"};
            }
        }});
        timer.arm(loop, base::Time{base::Duration{number * 1000}});
    }
    clock.advance(std::chrono::seconds{1});
    EXPECT_THROW(loop.turn(Wait::no), std::runtime_error);
    EXPECT_EQ(delivered, 1000);
    EXPECT_TRUE(loop.turn(Wait::yes));
    EXPECT_EQ(delivered, count);
    EXPECT_EQ(loop.registered_count(), 0U);
}

// Ready descriptors, of which the kernel tells again only as long as they are ready: those that a
// turn collected and did not deliver are delivered even when nothing else happens.
TEST(LoopThrow, ready_descriptors_after_one_that_throws_are_delivered_in_the_next_turn) {
    FourSlots<Watch, Conditions> slots;
    std::deque<Pipe> pipes(4);
    for (std::size_t number = 0; number < 4; ++number) {
        const int reader = pipes[number].reader.number();
        ASSERT_FALSE(slots[number].register_with(slots.loop, reader, Condition::input));
        pipes[number].write_byte();
    }
    EXPECT_THROW(slots.loop.turn(Wait::yes), std::runtime_error);
    EXPECT_EQ(slots.delivered, (std::vector{0, 1}));
    for (const Pipe& pipe : pipes) {
        pipe.read_all();
    }
    Timer limiter;
    limiter.arm(slots.loop, slots.loop.refresh_time() + patience);
    slots.loop.turn(Wait::yes);
    EXPECT_EQ(slots.delivered, (std::vector{0, 1, 2, 3}));
    EXPECT_LT(slots.loop.refresh_time(), limiter.deadline()) << "it slept on what it had collected";
}

TEST(LoopThrow, a_stop_that_was_noticed_in_the_turn_that_threw_is_kept) {
    Loop loop;
    Event thrower{loop, base::Callback<>{[] { throw std::runtime_error{"thrown"}; }}};
    loop.stop();
    thrower.post();
    EXPECT_THROW(loop.run(), std::runtime_error);
    loop.run();
}

TEST(LoopThrow, a_loop_may_go_after_a_handler_threw) {
    FourSlots<Event> slots;
    for (std::size_t number = 0; number < 4; ++number) {
        slots[number].register_with(slots.loop);
        slots[number].post();
    }
    EXPECT_THROW(slots.loop.run(), std::runtime_error);
}

}  // namespace
}  // namespace tocsin::core
