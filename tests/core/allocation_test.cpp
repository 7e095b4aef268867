// Nothing that is registered, posted, armed, delivered or cancelled allocates.
#include <gtest/gtest.h>
#include <vector>

#include <tests/core/counting_allocator.h>
#include <tests/core/pipe.h>
#include <tocsin/core/event.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/raw_event.h>
#include <tocsin/core/wait_queue.h>

namespace tocsin::core {
namespace {

std::vector<std::vector<int>> kept;

TEST(Allocation, what_allocates_is_counted) {
    EXPECT_EQ(allocations_of([] { kept.emplace_back(7); }), 2);
    EXPECT_EQ(allocations_of([] { kept[0][0] = 1; }), 0);
    kept = {};
}

TEST(Allocation, an_event_allocates_nothing) {
    Loop loop;
    int delivered = 0;
    EXPECT_EQ(allocations_of([&] {
                  Event event{loop, base::Callback<>{[&delivered] { ++delivered; }}};
                  event.post();
                  loop.run_until_idle();
                  event.post();
                  event.unregister();
                  loop.stop();
                  loop.run();
              }),
              0);
    EXPECT_EQ(delivered, 1);
}

TEST(Allocation, a_hundred_thousand_timers_and_tasks_allocate_nothing) {
    Loop loop;
    int delivered = 0;
    std::vector<Timer> timers(100'000);
    std::vector<Task> tasks(100'000);
    EXPECT_EQ(allocations_of([&] {
                  std::int64_t deadline = 0;
                  for (Timer& timer : timers) {
                      timer.set_handler(base::Callback<>{[&delivered] { ++delivered; }});
                      timer.arm(loop, base::Time{base::Duration{deadline += 1'000'003}});
                  }
                  for (Task& task : tasks) {
                      task.set_handler(base::Callback<>{[&delivered] { ++delivered; }});
                      task.schedule(loop);
                  }
                  timers[50'000].cancel();
                  tasks[50'000].cancel();
                  loop.turn(Wait::no);
                  for (Timer& timer : timers) {
                      timer.cancel();
                  }
              }),
              0);
    EXPECT_GE(delivered, 99'999);
}

void register_and_deliver_without_allocating(bool use_epoll) {
    Loop loop{LoopOptions{.use_epoll = use_epoll}};
    const Pipe pipe;
    int delivered = 0;
    RawEvent event{base::Callback<>{[&delivered] { ++delivered; }}};
    Watch watch{base::Callback<Conditions>{[&delivered](Conditions) { ++delivered; }}};
    const std::int64_t allocations = allocations_of([&] {
        if (event.register_with(loop) ||
            watch.register_with(loop, pipe.reader.number(), Condition::input)) {
            return;
        }
        pipe.write_byte();
        loop.turn(Wait::no);
        watch.set_interest({});
        event.post();
        loop.turn(Wait::no);
        event.unregister();
        watch.unregister();
    });
    EXPECT_EQ(delivered, 2);
    EXPECT_EQ(allocations, 0);
}

TEST(Allocation, a_watch_and_a_raw_event_allocate_nothing_however_the_loop_waits) {
    register_and_deliver_without_allocating(true);
    register_and_deliver_without_allocating(false);
}

TEST(Allocation, an_arm_allocates_nothing) {
    WaitQueue queue;
    int fired = 0;
    EXPECT_EQ(allocations_of([&] {
                  Arm first{Sink{[&fired](Conditions) { ++fired; }}, 1};
                  Arm second{Sink{[&fired](Conditions) { ++fired; }}, 2};
                  queue.arm(first, Condition::input, 5);
                  queue.arm(second, Condition::input, 3);
                  queue.trigger(Condition::input, 10);
                  queue.arm(first, Condition::output);
                  queue.cancel(first);
                  queue.arm(second, Condition::output);
                  queue.trigger_all(2, Condition::output);
                  queue.arm(second, Condition::output);
                  queue.cancel_all(2);
                  queue.close();
              }),
              0);
    EXPECT_EQ(fired, 3);
}

}  // namespace
}  // namespace tocsin::core
