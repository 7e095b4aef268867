// stop(), run(), and the time of a turn.
#include <tocsin/core/loop.h>

#include <csignal>
#include <gtest/gtest.h>
#include <initializer_list>
#include <thread>
#include <vector>

#include <tests/core/does.h>

namespace tocsin::core {
namespace {

TEST(LoopStop, a_stop_before_run_is_kept_until_run_consumes_it) {
    Loop loop;
    int delivered = 0;
    Event event{loop, base::Callback<>{[&delivered] { ++delivered; }}};
    event.post();
    loop.stop();
    loop.run();
    EXPECT_EQ(delivered, 1) << "the turn that notices the call is finished";
    Timer end{base::Callback<>{[&loop] { loop.stop(); }}};
    end.arm(loop, loop.refresh_time() + std::chrono::milliseconds{1});
    loop.run();
    EXPECT_FALSE(end.armed()) << "a stop is consumed once";
}

TEST(LoopStop, a_stop_that_a_turn_has_noticed_is_kept_for_run) {
    Loop loop;
    loop.stop();
    loop.turn(Wait::no);
    loop.run();
}

TEST(LoopStop, a_stop_in_a_handler_ends_run) {
    Loop loop;
    Task task{base::Callback<>{[&loop] { loop.stop(); }}};
    task.schedule(loop);
    loop.run();
    Event event{loop, base::Callback<>{[&loop] { loop.stop(); }}};
    event.post();
    loop.run();
}

TEST(LoopStop, a_stop_from_another_thread_ends_a_sleep) {
    Loop loop;
    for (int round = 0; round < 1000; ++round) {
        std::jthread stopper{[&loop] { loop.stop(); }};
        loop.run();
    }
}

Loop* loop_of_handler = nullptr;

TEST(LoopStop, a_stop_in_a_signal_handler_ends_a_sleep) {
    Loop loop;
    loop_of_handler = &loop;
    struct sigaction before{};
    struct sigaction action{};
    action.sa_handler = [](int) { loop_of_handler->stop(); };
    ::sigaction(SIGUSR1, &action, &before);
    const pthread_t self = ::pthread_self();
    for (int round = 0; round < 200; ++round) {
        std::jthread signaller{[self] { ::pthread_kill(self, SIGUSR1); }};
        loop.run();
    }
    ::sigaction(SIGUSR1, &before, nullptr);
}

TEST(LoopStop, a_stop_ends_run_until_idle_that_would_never_be_idle) {
    Loop loop;
    int left = 10;
    Event event;
    Does<> go_on{[&] {
        event.post();
        if (--left == 0) {
            loop.stop();
        }
    }};
    event.set_handler(go_on);
    event.register_with(loop);
    event.post();
    loop.run_until_idle();
    EXPECT_LE(left, 0);
}

TEST(LoopStop, many_stops_are_one) {
    Loop loop;
    for (int call = 0; call < 100; ++call) {
        loop.stop();
    }
    loop.run();
    Timer end{base::Callback<>{[&loop] { loop.stop(); }}};
    end.arm(loop, loop.refresh_time() + std::chrono::milliseconds{1});
    loop.run();
    EXPECT_FALSE(end.armed());
}

TEST(LoopStop, a_loop_may_be_turned_by_one_thread_after_another) {
    Loop loop;
    std::thread::id delivered_on;
    Event event{loop,
                base::Callback<>{[&delivered_on] { delivered_on = std::this_thread::get_id(); }}};
    for (int round = 0; round < 3; ++round) {
        event.post();
        std::thread other{[&loop] { loop.run_until_idle(); }};
        const std::thread::id other_id = other.get_id();
        other.join();
        EXPECT_EQ(delivered_on, other_id);
    }
    loop.run_until_idle();
}

TEST(LoopTime, stands_still_during_a_turn_and_moves_when_it_is_refreshed) {
    base::ManualClock clock;
    Loop loop{LoopOptions{.clock = clock}};
    std::vector<base::Duration> seen;
    Does<> read{[&] {
        seen.push_back(loop.now().time_since_epoch());
        clock.advance(base::Duration{5});
        seen.push_back(loop.now().time_since_epoch());
        seen.push_back(loop.refresh_time().time_since_epoch());
        seen.push_back(loop.now().time_since_epoch());
    }};
    Task task{read};
    task.schedule(loop);
    loop.turn(Wait::no);
    using std::chrono::nanoseconds;
    EXPECT_EQ(seen, (std::vector{nanoseconds{0}, nanoseconds{0}, nanoseconds{5}, nanoseconds{5}}));
}

// A clock that is moved by hand, and seems to pass by itself to who asks.
class PassingClock final : public base::Clock {
public:
    [[nodiscard]] base::Time now() noexcept override { return time; }
    [[nodiscard]] bool passes() const noexcept override { return true; }

    base::Time time{};
};

// With a clock that stands still a turn always looks at its descriptors; with one that passes this
// one does not, because it has just done so.
TEST(LoopTime, is_read_again_after_the_wait_also_when_there_is_none) {
    base::ManualClock still;
    PassingClock passing;
    for (base::Clock* const clock : std::initializer_list<base::Clock*>{&still, &passing}) {
        Loop loop{LoopOptions{.clock = *clock}};
        base::Time before_the_wait{};
        base::Time after_the_wait{};
        Does<> look{[&] { after_the_wait = loop.now(); }};
        Event event{loop, look};
        Does<> take_long{[&] {
            before_the_wait = loop.now();
            event.post();
            still.advance(base::Duration{5});
            passing.time += base::Duration{5};
        }};
        Task task{take_long};
        task.schedule(loop);
        loop.turn(Wait::yes);
        EXPECT_EQ(after_the_wait - before_the_wait, base::Duration{5});
    }
}

TEST(LoopStop, no_turn_sleeps_from_when_a_stop_is_noticed_until_it_is_consumed) {
    Loop loop;
    loop.stop();
    EXPECT_TRUE(loop.turn(Wait::no));
    EXPECT_FALSE(loop.turn(Wait::yes)) << "it has neither slept nor delivered anything";
    EXPECT_TRUE(loop.take_stop());
}

}  // namespace
}  // namespace tocsin::core
