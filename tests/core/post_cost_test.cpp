// What a post costs: at most one system call, and none when the receiver is going to look anyway.
#include <gtest/gtest.h>
#include <thread>

#include <tests/core/asleep.h>
#include <tests/core/patience.h>
#include <tests/core/pipe.h>
#include <tests/core/system_calls.h>
#include <tocsin/core/event.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/raw_event.h>

namespace tocsin::core {
namespace {

TEST(PostCost, the_count_of_system_calls_is_right) {
    EXPECT_EQ(count_system_calls([] {
                  mark();
                  for (int call = 0; call < 5; ++call) {
                      ::syscall(SYS_getuid);
                  }
                  mark();
              }),
              5);
}

TEST(PostCost, a_post_to_a_loop_that_is_awake_makes_no_system_call) {
    EXPECT_EQ(count_system_calls([] {
                  Loop loop;
                  Event first{loop, {}};
                  Event second{loop, {}};
                  mark();
                  first.post();
                  second.post();
                  first.post();
                  loop.stop();
                  mark();
                  loop.run_until_idle();
              }),
              0);
}

TEST(PostCost, a_post_to_a_loop_that_sleeps_makes_one_system_call) {
    EXPECT_EQ(count_system_calls([] {
                  Loop* shared = nullptr;
                  pid_t number = 0;
                  Event event;
                  Gate ready;
                  std::thread sleeper{[&] {
                      Loop loop;
                      shared = &loop;
                      number = own_thread();
                      event.register_with(loop);
                      ready.open();
                      loop.run();
                      event.unregister();
                  }};
                  if (!ready.pass() || !comes_true([&] { return is_asleep(number); })) {
                      ::_exit(child_failed);
                  }
                  mark();
                  event.post();
                  mark();
                  shared->stop();
                  sleeper.join();
              }),
              1);
}

TEST(PostCost, a_raw_post_of_another_process_makes_one_system_call) {
    EXPECT_EQ(count_system_calls([] {
                  Loop loop;
                  RawEvent event;
                  RawPoster poster;
                  if (event.register_with(loop) || event.make_poster(poster)) {
                      ::_exit(child_failed);
                  }
                  mark();
                  poster.post();
                  mark();
              }),
              1);
}

TEST(PostCost, a_raw_post_of_the_own_process_makes_none_while_the_loop_is_awake) {
    EXPECT_EQ(count_system_calls([] {
                  Loop loop;
                  RawEvent event;
                  if (event.register_with(loop)) {
                      ::_exit(child_failed);
                  }
                  mark();
                  event.post();
                  mark();
              }),
              0);
}

TEST(PostCost, switching_an_interest_off_and_on_between_two_waits_makes_no_system_call) {
    EXPECT_EQ(count_system_calls([] {
                  Loop loop;
                  Pipe pipe;
                  Watch watch;
                  if (watch.register_with(loop, pipe.reader.number(), Condition::input)) {
                      ::_exit(child_failed);
                  }
                  loop.turn(Wait::no);
                  mark();
                  for (int turn = 0; turn < 10; ++turn) {
                      watch.set_interest({});
                      watch.set_interest(Condition::input);
                      loop.turn(Wait::no);
                  }
                  mark();
              }),
              10)
        << "one wait in each turn, and nothing else";
}

}  // namespace
}  // namespace tocsin::core
