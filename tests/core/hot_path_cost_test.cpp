// What is done most often asks the kernel for nothing: delivering, arming, triggering, timers.
#include <gtest/gtest.h>
#include <vector>

#include <tests/core/system_calls.h>
#include <tocsin/core/event.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/timer.h>
#include <tocsin/core/wait_queue.h>

namespace tocsin::core {
namespace {

// An event that posts itself until it has been delivered so many times.
struct Chain {
    Loop loop;
    Event event{loop, base::Callback<>::bind<&Chain::go_on>(*this)};
    int left = 10'000;

    void go_on() {
        if (--left > 0) {
            event.post();
        } else {
            loop.stop();
        }
    }
};

TEST(HotPathCost, ten_thousand_deliveries_make_no_system_call_but_the_looks_at_descriptors) {
    const int calls = count_system_calls([] {
        Chain chain;
        chain.event.post();
        mark();
        chain.loop.run();
        mark();
    });
    EXPECT_GE(calls, 0);
    EXPECT_LE(calls, 10'000 / 200) << "one look in 256 turns, and gettid()";
}

TEST(HotPathCost, arming_triggering_and_cancelling_make_no_system_call) {
    EXPECT_EQ(count_system_calls([] {
                  WaitQueue queue;
                  int fired = 0;
                  Arm first{Sink{[&fired](Conditions) { ++fired; }}, 1};
                  Arm second{Sink{[&fired](Conditions) { ++fired; }}, 2};
                  mark();
                  for (int round = 0; round < 100; ++round) {
                      queue.arm(first, Condition::input, 5);
                      queue.arm(second, Condition::output);
                      queue.trigger(Condition::input, 10);
                      queue.cancel(second);
                  }
                  mark();
                  if (fired != 100) {
                      ::_exit(child_failed);
                  }
              }),
              0);
}

// A timer that is earlier than all others changes no more than the next wait's timeout.
TEST(HotPathCost, arming_and_cancelling_timers_make_no_system_call) {
    EXPECT_EQ(count_system_calls([] {
                  Loop loop;
                  std::vector<Timer> timers(1'000);
                  const base::Time now = loop.now();
                  mark();
                  std::int64_t delay = 1'000'000'000'000;
                  for (Timer& timer : timers) {
                      timer.arm(loop, now + base::Duration{delay -= 1'000'003});
                  }
                  for (Timer& timer : timers) {
                      timer.cancel();
                  }
                  mark();
              }),
              0);
}

TEST(HotPathCost, a_thousand_timers_that_are_due_are_delivered_in_one_turn_without_a_system_call) {
    EXPECT_EQ(count_system_calls([] {
                  Loop loop;
                  int due = 0;
                  std::vector<Timer> timers(1'000);
                  for (Timer& timer : timers) {
                      timer.set_handler(base::Callback<>{[&due] { ++due; }});
                      timer.arm(loop, loop.now());
                  }
                  mark();
                  loop.turn(Wait::no);
                  mark();
                  if (due != 1'000) {
                      ::_exit(child_failed);
                  }
              }),
              0);
}

}  // namespace
}  // namespace tocsin::core
