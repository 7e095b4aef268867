// While nothing but tasks and events waits, run() makes turns that leave the other phases out; what
// a handler causes meanwhile is delivered as in any other turn.
#include <algorithm>
#include <cstdint>
#include <gtest/gtest.h>
#include <stdexcept>
#include <string>
#include <vector>

#include <tests/core/does.h>
#include <tests/core/pipe.h>
#include <tocsin/core/event.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {
namespace {

// An event that posts itself until the loop is stopped.
class Row {
public:
    explicit Row(Loop& loop) : event_{loop, base::Callback<>::bind<&Row::deliver>(*this)} {}

    void begin() { event_.post(); }
    int delivered = 0;
    base::Callback<> at_third;

private:
    void deliver() {
        ++delivered;
        if (delivered == 3) {
            at_third();
        }
        event_.post();
    }
    Event event_;
};

TEST(ShortTurns, a_timer_that_a_handler_arms_is_delivered_among_them) {
    Loop loop;
    Row row{loop};
    Does<> stop{[&] { loop.stop(); }};
    Timer timer{stop};
    Does<> arm{[&] { timer.arm(loop, loop.now()); }};
    row.at_third = arm;
    row.begin();
    loop.run();
    EXPECT_GE(row.delivered, 3);
    EXPECT_LE(row.delivered, 6);
}

TEST(ShortTurns, a_watch_that_a_handler_registers_is_delivered_among_them) {
    Loop loop;
    Row row{loop};
    Pipe pipe;
    pipe.write_byte();
    Watch watch;
    Does<Conditions> stop{[&](Conditions) { loop.stop(); }};
    watch.set_handler(stop);
    Does<> look{
        [&] { EXPECT_FALSE(watch.register_with(loop, pipe.reader.number(), Condition::input)); }};
    row.at_third = look;
    row.begin();
    loop.run();
    EXPECT_GE(row.delivered, 3);
}

TEST(ShortTurns, tasks_come_before_the_events_of_a_turn) {
    Loop loop;
    std::string order;
    Task task;
    Event event;
    Does<> do_task{[&] { order += 't'; }};
    Does<> do_event{[&] {
        order += 'e';
        if (order.size() == 8) {
            loop.stop();
            return;
        }
        event.post();
        task.schedule(loop);
    }};
    task.set_handler(do_task);
    event.set_handler(do_event);
    event.register_with(loop);
    event.post();
    task.schedule(loop);
    loop.run();
    EXPECT_EQ(order, "tetetete");
    event.unregister();
}

TEST(ShortTurns, each_is_a_turn_of_its_own) {
    Loop loop;
    std::vector<std::uint64_t> turns;
    Event event;
    Does<> deliver{[&] {
        turns.push_back(loop.turn_number());
        if (turns.size() == 300) {
            loop.stop();
        } else {
            event.post();
        }
    }};
    event.set_handler(deliver);
    event.register_with(loop);
    event.post();
    loop.run();
    for (std::size_t index = 1; index < turns.size(); ++index) {
        EXPECT_EQ(turns[index], turns[index - 1] + 1);
    }
    event.unregister();
}

TEST(ShortTurns, each_has_a_time_of_its_own) {
    base::ManualClock clock;
    Loop loop{LoopOptions{.clock = clock}};
    std::vector<base::Time> times;
    Task task;
    Event event;
    Does<> in_task{[&] {
        times.push_back(loop.now());
        times.size() > 10 ? loop.stop() : event.post();
    }};
    Does<> in_event{[&] {
        times.push_back(loop.now());
        clock.advance(base::Duration{5});
        EXPECT_EQ(loop.now(), times.back());
        task.schedule(loop);
    }};
    task.set_handler(in_task);
    event.set_handler(in_event);
    event.register_with(loop);
    event.post();
    loop.run();
    // An event that a task posts is delivered in the same turn.
    for (std::size_t index = 1; index + 1 < times.size(); index += 2) {
        EXPECT_EQ(times[index], times[index - 1] + base::Duration{5});
    }
    event.unregister();
}

TEST(ShortTurns, a_watch_that_a_handler_registers_and_reports_for_is_delivered_in_that_turn) {
    Loop loop;
    Pipe pipe;
    Watch watch;
    Task task;
    Row row{loop};
    std::uint64_t turn = 0;
    Does<Conditions> look{[&](Conditions) {
        EXPECT_EQ(loop.turn_number(), turn);
        loop.stop();
    }};
    watch.set_handler(look);
    Does<> report{[&] {
        EXPECT_FALSE(watch.register_with(loop, pipe.reader.number(), Condition::input));
        watch.report(Condition::input);
        turn = loop.turn_number();
    }};
    row.at_third = report;
    row.begin();
    loop.run();
    EXPECT_NE(turn, 0U);
}

// Who turns by halves may do something between them.
TEST(Turn, a_timer_that_is_armed_between_its_halves_ends_its_wait) {
    base::ManualClock clock{base::Time{base::Duration{1'000}}};
    Loop loop{LoopOptions{.clock = clock}};
    clock.advance(base::Duration{1'000});
    bool delivered = false;
    Does<> deliver{[&] { delivered = true; }};
    Timer timer{deliver};
    const bool any = loop.deliver_due();
    timer.arm(loop, clock.now());
    loop.wait_and_deliver(Wait::yes, any);
    loop.turn(Wait::no);
    EXPECT_TRUE(delivered);
}

TEST(ShortTurns, what_a_handler_that_throws_leaves_is_delivered_when_the_loop_runs_again) {
    Loop loop;
    Row row{loop};
    Does<> fail{[] { throw std::runtime_error{"third"}; }};
    row.at_third = fail;
    Event other;
    Does<> stop{[&] { loop.stop(); }};
    other.set_handler(stop);
    other.register_with(loop);
    row.begin();
    EXPECT_THROW(loop.run(), std::runtime_error);
    EXPECT_EQ(row.delivered, 3);
    other.post();
    loop.run();
    EXPECT_EQ(row.delivered, 3);
    other.unregister();
}

TEST(ShortTurns, the_events_of_one_come_early_once) {
    Loop loop;
    std::vector<std::uint64_t> turns;
    Does<> note{[&] { turns.push_back(loop.turn_number()); }};
    Event event{loop, note};
    int rounds = 0;
    Task task;
    Does<> early{[&] {
        event.post();
        loop.deliver_events_early();
        event.post();
        if (++rounds == 10) {
            return loop.stop();
        }
        task.schedule(loop);
    }};
    task.set_handler(early);
    task.schedule(loop);
    loop.run();
    EXPECT_GE(turns.size(), 10U);
    EXPECT_EQ(std::ranges::adjacent_find(turns), turns.end()) << "twice in one turn";
}

}  // namespace
}  // namespace tocsin::core
