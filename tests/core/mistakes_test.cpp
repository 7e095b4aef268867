// Mistakes of the programmer stop the program with a message that says what to do.
#include <chrono>
#include <csignal>
#include <gtest/gtest.h>
#include <memory>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <tests/core/pipe.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/raw_event.h>
#include <tocsin/core/signal_watch.h>
#include <tocsin/core/wait_queue.h>

namespace tocsin::core {
namespace {

template <typename Body>
void in_another_thread(Body body) {
    std::thread{body}.join();
}

TEST(MistakesDeathTest, a_call_on_a_foreign_thread_names_the_call_and_the_remedy) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    Loop loop;
    Event event;
    Timer timer;
    Task task;
    EXPECT_DEATH(in_another_thread([&] { event.register_with(loop); }),
                 "tocsin: Event::register_with: called on a thread that is not the loop's; post");
    EXPECT_DEATH(in_another_thread([&] { timer.arm(loop, {}); }), "Timer::arm: called on");
    EXPECT_DEATH(in_another_thread([&] { task.schedule(loop); }), "Task::schedule: called on");
    const Pipe pipe;
    Watch watch;
    ASSERT_FALSE(watch.register_with(loop, pipe.reader.number(), Condition::input));
    EXPECT_DEATH(in_another_thread([&] { watch.set_interest({}); }),
                 "Watch::set_interest: called on");
    EXPECT_DEATH(in_another_thread([&] { watch.unregister(); }), "Watch::unregister: called on");
    task.schedule(loop);
    EXPECT_DEATH(in_another_thread([&] { task.cancel(); }), "Task::cancel: called on");
    task.cancel();
    timer.arm(loop, {});
    EXPECT_DEATH(in_another_thread([&] { timer.cancel(); }), "Timer::cancel: called on");
    timer.cancel();
    watch.unregister();
    EXPECT_DEATH(in_another_thread([] {
                     auto own = std::make_unique<Loop>();
                     in_another_thread([&] { own.reset(); });
                 }),
                 "~Loop: called on");
}

TEST(MistakesDeathTest, registering_twice_is_a_mistake) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    Loop loop;
    Event event{loop, {}};
    EXPECT_DEATH(event.register_with(loop), "Event::register_with: .* unregister it first");
    RawEvent raw;
    ASSERT_FALSE(raw.register_with(loop));
    EXPECT_DEATH(static_cast<void>(raw.register_with(loop)), "RawEvent::register_with: .* first");
    SignalWatch signal;
    ASSERT_FALSE(signal.register_with(loop, SIGUSR1));
    EXPECT_DEATH(static_cast<void>(signal.register_with(loop, SIGUSR1)),
                 "SignalWatch::register_with: .* unregister it first");
    const Pipe pipe;
    Watch watch;
    ASSERT_FALSE(watch.register_with(loop, pipe.reader.number(), Condition::input));
    EXPECT_DEATH(
        static_cast<void>(watch.register_with(loop, pipe.writer.number(), Condition::output)),
        "Watch::register_with: .* unregister it first");
}

TEST(MistakesDeathTest, what_is_registered_nowhere_has_no_interest_and_nothing_to_report) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    Watch watch;
    EXPECT_DEATH(watch.set_interest(Condition::input), "Watch::set_interest: .* not registered");
    EXPECT_DEATH(watch.report(Condition::error), "Watch::report: .* not registered");
}

TEST(MistakesDeathTest, a_loop_does_not_go_before_its_slots) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    auto loop = std::make_unique<Loop>();
    Event event{*loop, {}};
    EXPECT_DEATH(loop.reset(), "something is still registered with the loop");
}

TEST(MistakesDeathTest, a_forked_child_neither_runs_nor_joins_its_parents_loop) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const auto run_in_child = [](auto body) {
        Loop loop;
        const pid_t child = ::fork();
        if (child == 0) {
            body(loop);
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        std::abort();
    };
    EXPECT_DEATH(run_in_child([](Loop& loop) { loop.run(); }),
                 "Loop::run: the loop was made before fork");
    EXPECT_DEATH(run_in_child([](Loop& loop) {
                     Watch watch;
                     static_cast<void>(watch.register_with(loop, 0, Condition::input));
                 }),
                 "Watch::register_with: the loop was made before fork");
    EXPECT_DEATH(run_in_child([](Loop& loop) {
                     RawEvent event;
                     static_cast<void>(event.register_with(loop));
                 }),
                 "the loop was made before fork");
}

TEST(MistakesDeathTest, a_condition_that_does_not_exist_is_a_mistake) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    WaitQueue queue;
    EXPECT_DEATH(queue.trigger(static_cast<Condition>(condition_count)), "no such condition");
}

TEST(MistakesDeathTest, an_arm_belongs_to_the_queue_in_which_it_is_armed) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    WaitQueue queue;
    WaitQueue other;
    Arm arm;
    queue.arm(arm, Condition::input);
    EXPECT_DEATH(other.arm(arm, Condition::input), "WaitQueue::arm: the arm is armed in another");
    EXPECT_DEATH(other.cancel(arm), "WaitQueue::cancel: the arm is armed in another queue");
    EXPECT_DEATH(arm.set_sink({}, 1), "Arm::set_sink: the arm is armed; cancel it first");
}

TEST(Loop, a_stop_that_a_turn_has_noticed_is_taken_once) {
    Loop loop;
    EXPECT_FALSE(loop.take_stop());
    loop.stop();
    loop.turn(Wait::yes);
    EXPECT_TRUE(loop.take_stop());
    EXPECT_FALSE(loop.take_stop());
}

TEST(Loop, the_time_outside_a_turn_is_not_an_old_one) {
    base::ManualClock clock;
    Loop loop{{.clock = clock}};
    clock.advance(std::chrono::seconds{5});
    EXPECT_EQ(loop.now(), clock.now());
    loop.run_until_idle();
    clock.advance(std::chrono::seconds{5});
    EXPECT_EQ(loop.now(), clock.now());
}

TEST(Watch, a_registration_that_fails_changes_nothing) {
    Loop loop;
    Watch watch;
    EXPECT_TRUE(watch.register_with(loop, 1'000'000, Condition::input));
    EXPECT_EQ(watch.descriptor(), -1);
    EXPECT_EQ(watch.interest(), Conditions{});
    EXPECT_FALSE(watch.registered());
}

}  // namespace
}  // namespace tocsin::core
