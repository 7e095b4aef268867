// Operations of loops, events, timers and tasks. For tests.
#include <tests/failure/core/operations.h>

#include <atomic>
#include <thread>

#include <tests/core/asleep.h>
#include <tests/core/forked.h>
#include <tests/core/patience.h>
#include <tests/core/pipe.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/raw_event.h>

namespace tocsin::failure {

namespace {

using core::Event;
using core::Loop;
using core::RawEvent;
using core::RawPoster;
using core::Wait;

std::error_code make_a_loop(Trial&) {
    Loop loop;
    loop.turn(Wait::no);
    return {};
}

std::error_code make_a_loop_that_polls(Trial&) {
    Loop loop{core::LoopOptions{.use_epoll = false}};
    loop.turn(Wait::no);
    return {};
}

std::error_code post_an_event(Trial& trial) {
    Loop loop;
    int delivered = 0;
    Event event{loop, base::Callback<>{[&delivered] { ++delivered; }}};
    loop.turn(Wait::no);
    event.post();
    loop.turn(Wait::no);
    EXPECT_EQ(delivered, 1) << "an event needs nothing";
    event.post();
    trial.end();
    loop.run_until_idle();
    EXPECT_EQ(delivered, 2);
    return {};
}

// The post rings, and what the ring costs may fail.
std::error_code post_to_a_loop_that_sleeps(Trial&) {
    Loop loop;
    int delivered = 0;
    Event event{loop, base::Callback<>{[&delivered] { ++delivered; }}};
    const pid_t sleeper = core::own_thread();
    std::atomic<bool> turned{false};  // a wait that fails is no sleep
    const std::jthread poster{[&] {
        EXPECT_TRUE(core::comes_true([&] { return turned || core::is_asleep(sleeper); }));
        event.post();
    }};
    while (delivered == 0) {
        loop.turn(Wait::yes);
        turned = true;
    }
    return {};
}

// A poster that is held up after its event has been published, until the loop has delivered it and
// waits for the ring.
struct LatePoster {
    void hold() const {
        pipe.write_byte();
        EXPECT_TRUE(core::comes_true(
            [this] { return delivered && (trial.reached() || core::is_asleep(sleeper)); }));
    }

    Trial& trial;
    const pid_t sleeper = core::own_thread();
    const core::Pipe pipe{};
    std::atomic<bool> delivered{false};
};

std::error_code end_a_loop_before_the_ring(Trial& trial) {
    LatePoster late{trial};
    std::jthread poster;
    Loop loop;
    Event event{loop, base::Callback<>{[&late] { late.delivered = true; }}};
    core::Watch waker;
    const base::Callback<> hold = base::Callback<>::bind<&LatePoster::hold>(late);
    const BeforeRings held{hold};
    if (const std::error_code error =
            waker.register_with(loop, late.pipe.reader.number(), core::Condition::input)) {
        return error;
    }
    std::atomic<bool> turned{false};
    poster = std::jthread{[&] {
        EXPECT_TRUE(core::comes_true([&] { return turned || core::is_asleep(late.sleeper); }));
        event.post();
    }};
    while (!late.delivered) {
        loop.turn(Wait::yes);
        turned = true;
    }
    return {};
}

std::error_code stop_a_loop(Trial&) {
    Loop loop;
    loop.stop();
    loop.run();
    return {};
}

// The child tells by its status which error it was told.
std::error_code go_on_in_a_child(Trial&) {
    Loop loop;
    int delivered = 0;
    Event event{loop, base::Callback<>{[&delivered] { ++delivered; }}};
    return error_of(core::in_child([&] {
        const std::error_code error = loop.continue_in_child();
        event.post();
        if (!error) {
            loop.turn(Wait::no);
        }
        return delivered == (error ? 0 : 1) ? error.value() : core::child_failed;
    }));
}

std::error_code post_a_raw_event(Trial& trial) {
    Loop loop;
    int delivered = 0;
    RawEvent event{base::Callback<>{[&delivered] { ++delivered; }}};
    if (const std::error_code error = event.register_with(loop)) {
        EXPECT_FALSE(event.registered());
        EXPECT_EQ(loop.registered_count(), 0U);
        event.post();
        return error;
    }
    event.post();
    loop.turn(Wait::no);
    trial.end();
    loop.run_until_idle();
    EXPECT_EQ(delivered, 1);
    return {};
}

// As from another process. Where the ring itself is refused the post is lost by no fault of ours:
// the channel of a raw event never says so, except that it was interrupted.
std::error_code post_by_a_poster(Trial& trial) {
    Loop loop;
    int delivered = 0;
    RawEvent event{base::Callback<>{[&delivered] { ++delivered; }}};
    RawPoster poster;
    if (const std::error_code error = event.register_with(loop)) {
        return error;
    }
    if (const std::error_code error = event.make_poster(poster)) {
        EXPECT_EQ(poster.descriptor(), -1);
        EXPECT_TRUE(event.registered());
        return error;
    }
    loop.turn(Wait::no);
    poster.post();
    loop.turn(Wait::no);
    trial.end();
    loop.run_until_idle();
    poster.post();
    loop.run_until_idle();
    EXPECT_GE(delivered, 1);
    EXPECT_LE(delivered, 2);
    return {};
}

std::error_code arm_timers(Trial& trial) {
    base::ManualClock clock;
    Loop loop{core::LoopOptions{.clock = clock}};
    int delivered = 0;
    core::Timer timer{base::Callback<>{[&delivered] { ++delivered; }}};
    core::Timer far;
    timer.arm(loop, loop.now() + std::chrono::milliseconds{1});
    far.arm(loop, loop.now() + std::chrono::hours{1000});
    loop.turn(Wait::no);
    EXPECT_EQ(delivered, 0);
    clock.advance(std::chrono::milliseconds{2});
    loop.turn(Wait::no);
    EXPECT_EQ(delivered, 1) << "a timer needs nothing";
    trial.end();
    return {};
}

std::error_code sleep_until_a_timer(Trial&) {
    Loop loop;
    bool delivered = false;
    core::Timer timer{base::Callback<>{[&delivered] { delivered = true; }}};
    timer.arm(loop, loop.now() + std::chrono::microseconds{100});
    while (!delivered) {
        loop.turn(Wait::yes);
    }
    return {};
}

std::error_code schedule_tasks(Trial&) {
    Loop loop;
    int delivered = 0;
    core::Task task{base::Callback<>{[&delivered] { ++delivered; }}};
    core::Task dropped;
    task.schedule(loop);
    dropped.schedule(loop);
    dropped.cancel();
    loop.turn(Wait::no);
    EXPECT_EQ(delivered, 1) << "a task needs nothing";
    return {};
}

}  // namespace

std::vector<Operation> operations_of_loops() {
    return {{"make_a_loop", &make_a_loop},
            {"make_a_loop_that_polls", &make_a_loop_that_polls},
            {"post_an_event", &post_an_event},
            {"post_to_a_loop_that_sleeps", &post_to_a_loop_that_sleeps},
            {"end_a_loop_before_the_ring", &end_a_loop_before_the_ring},
            {"stop_a_loop", &stop_a_loop},
            {"go_on_in_a_child", &go_on_in_a_child},
            {"post_a_raw_event", &post_a_raw_event},
            {"post_by_a_poster", &post_by_a_poster},
            {"arm_timers", &arm_timers},
            {"sleep_until_a_timer", &sleep_until_a_timer},
            {"schedule_tasks", &schedule_tasks}};
}

}  // namespace tocsin::failure
