// The phases of a turn, their order, and that a turn is bounded.
#include <tocsin/core/loop.h>

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include <tests/core/does.h>
#include <tests/core/pipe.h>

namespace tocsin::core {
namespace {

using Journal = std::vector<std::string>;

// One slot of each kind on one loop. Each delivery is noted, and does all that `again` says.
struct OneOfEach {
    OneOfEach() {
        event.register_with(loop);
        EXPECT_FALSE(watch.register_with(loop, pipe.reader.number(), Condition::input));
    }

    void fire_all() {
        pipe.write_byte();
        event.post();
        task.schedule(loop);
        timer.arm(loop, base::Time{});
    }
    void deliver(const char* what) {
        journal.emplace_back(what);
        if (again) {
            fire_all();
        }
    }
    Journal turn() {
        loop.turn(Wait::no);
        return std::exchange(journal, {});
    }

    // Time that stands still: the loop looks at its descriptors in every turn.
    base::ManualClock clock;
    Loop loop{LoopOptions{.clock = clock}};
    Pipe pipe;
    Journal journal;
    bool again = false;
    Event event{base::Callback<>{[this] { deliver("event"); }}};
    Task task{base::Callback<>{[this] { deliver("task"); }}};
    Timer timer{base::Callback<>{[this] { deliver("timer"); }}};
    Watch watch{base::Callback<Conditions>{[this](Conditions) {
        pipe.read_all();
        deliver("watch");
    }}};
};

TEST(LoopPhases, timers_then_tasks_then_events_then_descriptors) {
    OneOfEach all;
    all.fire_all();
    EXPECT_EQ(all.turn(), (Journal{"timer", "task", "event", "watch"}));
    EXPECT_EQ(all.turn(), Journal{});
}

TEST(LoopPhases, what_a_handler_starts_is_delivered_in_a_later_turn_by_its_own_phase) {
    OneOfEach all;
    all.again = true;
    all.timer.arm(all.loop, base::Time{});
    // The timer's handler starts one of each; those of later phases come in this very turn, and
    // whatever they start again waits for the next one.
    EXPECT_EQ(all.turn(), (Journal{"timer", "task", "event", "watch"}));
    EXPECT_EQ(all.turn(), (Journal{"timer", "task", "event", "watch"}));
    all.again = false;
    EXPECT_EQ(all.turn(), (Journal{"timer", "task", "event", "watch"}));
    EXPECT_EQ(all.turn(), Journal{});
}

template <typename Slot>
struct SelfRenewing {
    Loop& loop;
    int delivered = 0;
    Slot slot{base::Callback<>{[this] { renew(); }}};
    void renew();
};
template <>
void SelfRenewing<Event>::renew() {
    ++delivered;
    slot.post();
}
template <>
void SelfRenewing<Task>::renew() {
    ++delivered;
    slot.schedule(loop);
}
template <>
void SelfRenewing<Timer>::renew() {
    ++delivered;
    slot.arm(loop, base::Time{});
}

TEST(LoopPhases, a_slot_that_renews_itself_is_delivered_once_a_turn) {
    Loop loop;
    SelfRenewing<Event> event{loop};
    SelfRenewing<Task> task{loop};
    SelfRenewing<Timer> timer{loop};
    event.slot.register_with(loop);
    event.slot.post();
    task.slot.schedule(loop);
    timer.slot.arm(loop, base::Time{});
    for (int turn = 1; turn <= 100; ++turn) {
        EXPECT_TRUE(loop.turn(Wait::yes));
        ASSERT_EQ(event.delivered, turn);
        ASSERT_EQ(task.delivered, turn);
        ASSERT_EQ(timer.delivered, turn);
    }
}

TEST(LoopPhases, a_turn_tells_whether_it_delivered_anything) {
    OneOfEach all;
    EXPECT_FALSE(all.loop.turn(Wait::no));
    all.event.post();
    EXPECT_TRUE(all.loop.turn(Wait::no));
    all.task.schedule(all.loop);
    EXPECT_TRUE(all.loop.turn(Wait::no));
    all.timer.arm(all.loop, base::Time{});
    EXPECT_TRUE(all.loop.turn(Wait::no));
    all.pipe.write_byte();
    EXPECT_TRUE(all.loop.turn(Wait::no));
    EXPECT_FALSE(all.loop.turn(Wait::no));
}

TEST(LoopPhases, a_turn_that_has_delivered_something_returns_without_a_sleep) {
    Loop loop;
    int delivered = 0;
    Timer timer{base::Callback<>{[&delivered] { ++delivered; }}};
    timer.arm(loop, base::Time{});
    EXPECT_TRUE(loop.turn(Wait::yes));
    Task task{base::Callback<>{[&delivered] { ++delivered; }}};
    task.schedule(loop);
    EXPECT_TRUE(loop.turn(Wait::yes));
    EXPECT_EQ(delivered, 2);
}

TEST(LoopPhases, run_until_idle_delivers_all_there_is_and_does_not_sleep) {
    OneOfEach all;
    all.fire_all();
    Timer later{base::Callback<>{[&all] { all.journal.emplace_back("later"); }}};
    later.arm(all.loop, all.loop.now() + std::chrono::hours{1});
    int left = 3;
    Event chain;
    Does<> go_on{[&] {
        all.journal.emplace_back("chain");
        if (--left > 0) {
            chain.post();
        }
    }};
    chain.set_handler(go_on);
    chain.register_with(all.loop);
    chain.post();
    all.loop.run_until_idle();
    EXPECT_EQ(all.journal, (Journal{"timer", "task", "event", "chain", "watch", "chain", "chain"}));
}

TEST(LoopPhases, a_busy_loop_still_serves_descriptors_and_timers) {
    Loop loop;
    SelfRenewing<Event> event{loop};
    SelfRenewing<Task> task{loop};
    event.slot.register_with(loop);
    event.slot.post();
    task.slot.schedule(loop);
    Pipe pipe;
    int served = 0;
    Watch watch{base::Callback<Conditions>{[&served](Conditions) { ++served; }}};
    ASSERT_FALSE(watch.register_with(loop, pipe.reader.number(), Condition::input));
    pipe.write_byte();
    bool due = false;
    Timer timer{base::Callback<>{[&due] { due = true; }}};
    timer.arm(loop, loop.refresh_time() + std::chrono::milliseconds{1});
    int turns = 0;
    while (served < 10 && turns < 10 * 257) {
        loop.turn(Wait::yes);
        ++turns;
    }
    EXPECT_EQ(served, 10) << "256 turns at most from one look at the descriptors to the next";
    const base::Time end = loop.refresh_time() + std::chrono::seconds{10};
    while (!due && loop.refresh_time() < end) {
        loop.turn(Wait::yes);
    }
    EXPECT_TRUE(due);
}

TEST(LoopPhases, a_turn_inside_a_handler_delivers_the_rest_and_the_outer_turn_goes_on) {
    Loop loop;
    Journal journal;
    Event second{loop, base::Callback<>{[&journal] { journal.emplace_back("second"); }}};
    Does<> turn{[&] {
        journal.emplace_back("begin");
        loop.turn(Wait::no);
        journal.emplace_back("end");
    }};
    Event first{loop, turn};
    first.post();
    second.post();
    loop.run_until_idle();
    EXPECT_EQ(journal, (Journal{"begin", "second", "end"}));
}

TEST(LoopPhases, the_events_of_a_turn_come_early_once) {
    Loop loop;
    int delivered = 0;
    Event event{loop, base::Callback<>{[&delivered] { ++delivered; }}};
    std::vector<bool> any;
    Does<> early{[&] {
        for (int time = 0; time < 2; ++time) {
            event.post();
            any.push_back(loop.deliver_events_early());
        }
    }};
    Task task{early};
    task.schedule(loop);
    loop.turn(Wait::no);
    EXPECT_EQ(any, (std::vector{true, false}));
    EXPECT_EQ(delivered, 1) << "what is posted from then on belongs to the next turn";
    loop.turn(Wait::no);
    EXPECT_EQ(delivered, 2);
}

}  // namespace
}  // namespace tocsin::core
