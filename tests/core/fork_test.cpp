// A child of fork() works with a loop of its own, and whatever it does to what it inherited leaves
// its parent's alone.
#include <atomic>
#include <gtest/gtest.h>
#include <optional>
#include <set>
#include <sys/resource.h>
#include <thread>
#include <utility>

#include <tests/core/asleep.h>
#include <tests/core/forked.h>
#include <tests/core/open_descriptors.h>
#include <tests/core/patience.h>
#include <tests/core/pipe.h>
#include <tests/core/sanitized.h>
#include <tocsin/core/event.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/raw_event.h>

namespace tocsin::core {
namespace {

// One slot of each kind on one loop, and how often each was delivered.
struct OneOfEach {
    OneOfEach() {
        event.register_with(loop);
        EXPECT_FALSE(raw.register_with(loop));
        EXPECT_FALSE(watch.register_with(loop, pipe.reader.number(), Condition::input));
    }

    void fire_all() {
        event.post();
        raw.post();
        pipe.write_byte();
        timer.arm(loop, loop.refresh_time());
        task.schedule(loop);
    }
    bool all_delivered(int times) {
        return turn_until(loop, [this, times] {
            return events == times && raws == times && watches == times && timers == times &&
                   tasks == times;
        });
    }

    Pipe pipe;
    Loop loop;
    int events = 0;
    int raws = 0;
    int watches = 0;
    int timers = 0;
    int tasks = 0;
    Event event{base::Callback<>{[this] { ++events; }}};
    RawEvent raw{base::Callback<>{[this] { ++raws; }}};
    Watch watch{base::Callback<Conditions>{[this](Conditions) {
        pipe.read_all();
        ++watches;
    }}};
    Timer timer{base::Callback<>{[this] { ++timers; }}};
    Task task{base::Callback<>{[this] { ++tasks; }}};
};

bool works_in_a_new_loop() {
    OneOfEach own;
    own.fire_all();
    return own.all_delivered(1);
}

TEST(Fork, a_child_can_use_a_loop_of_its_own) {
    OneOfEach inherited;
    EXPECT_EQ(in_child([] { return works_in_a_new_loop(); }), 0);
    inherited.fire_all();
    EXPECT_TRUE(inherited.all_delivered(1));
}

TEST(Fork, a_grandchild_can_use_a_loop_of_its_own) {
    const OneOfEach inherited;
    EXPECT_EQ(in_child([] {
                  OneOfEach of_the_child;
                  of_the_child.fire_all();
                  const bool fine = in_child([] { return works_in_a_new_loop(); }) == 0;
                  return of_the_child.all_delivered(1) && fine;
              }),
              0);
}

TEST(Fork, a_child_that_destroys_what_it_inherited_leaves_the_parents_alone) {
    std::optional<OneOfEach> all;
    all.emplace();
    all->fire_all();
    EXPECT_EQ(in_child([&all] {
                  all.reset();
                  return works_in_a_new_loop();
              }),
              0);
    EXPECT_TRUE(all->all_delivered(1)) << "what was pending at the fork";
    all->fire_all();
    EXPECT_TRUE(all->all_delivered(2));
}

TEST(Fork, a_child_that_unregisters_slot_by_slot_leaves_the_parents_alone) {
    OneOfEach all;
    all.timer.arm(all.loop, all.loop.refresh_time() + std::chrono::milliseconds{20});
    EXPECT_EQ(in_child([&all] {
                  all.watch.set_interest({});
                  all.watch.unregister();
                  all.raw.unregister();
                  all.event.unregister();
                  all.timer.cancel();
                  all.task.cancel();
                  return works_in_a_new_loop();
              }),
              0);
    EXPECT_TRUE(turn_until(all.loop, [&all] { return all.timers == 1; }));
    all.timers = 0;
    all.fire_all();
    EXPECT_TRUE(all.all_delivered(1));
}

TEST(Fork, a_child_that_posts_an_inherited_event_does_not_disturb_the_parent) {
    OneOfEach all;
    EXPECT_EQ(in_child([&all] {
                  all.event.post();
                  all.loop.stop();
                  return true;
              }),
              0);
    EXPECT_FALSE(all.loop.turn(Wait::no));
    EXPECT_EQ(all.events, 0);
    all.event.post();
    EXPECT_TRUE(turn_until(all.loop, [&all] { return all.events == 1; }));
}

// Whether the wait of a loop has ended after a child has posted and before anyone else has. The
// bell of a loop that sleeps while another thread forks would ring for a post of the child. A
// parent that it wakes sleeps again in join(), and has said so before.
bool wakes_by_a_post_of_a_child() {
    const pid_t parent = own_thread();
    Loop loop;
    Event event{loop, {}};
    std::atomic<bool> turning{false};
    std::atomic<bool> turned{false};
    const auto falls_asleep = [&] {
        return comes_true([&] { return turning && is_asleep(parent); });
    };
    bool woken_by_child = true;
    std::thread forker{[&] {
        EXPECT_TRUE(falls_asleep());
        EXPECT_EQ(in_child([&event] {
                      event.post();
                      return true;
                  }),
                  0);
        EXPECT_TRUE(falls_asleep());
        woken_by_child = turned;
        event.post();
    }};
    turning = true;
    loop.turn(Wait::yes);
    turned = true;
    forker.join();
    loop.run_until_idle();
    return woken_by_child;
}

// Once the kernel may end a wait for no reason that can be seen (EINTR), but hardly three times.
TEST(Fork, a_post_of_a_child_does_not_wake_a_parent_that_sleeps) {
    EXPECT_FALSE(wakes_by_a_post_of_a_child() && wakes_by_a_post_of_a_child() &&
                 wakes_by_a_post_of_a_child());
}

TEST(Fork, an_event_that_was_pending_at_the_fork_can_be_used_in_a_loop_of_the_child) {
    Loop loop;
    int delivered = 0;
    Event event{loop, base::Callback<>{[&delivered] { ++delivered; }}};
    event.post();
    EXPECT_EQ(in_child([&] {
                  event.unregister();
                  Loop own;
                  event.register_with(own);
                  own.run_until_idle();
                  const bool quiet = delivered == 0;
                  event.post();
                  own.run_until_idle();
                  event.unregister();
                  return quiet && delivered == 1;
              }),
              0);
    loop.run_until_idle();
    EXPECT_EQ(delivered, 1);
}

TEST(Fork, watches_timers_and_tasks_of_before_the_fork_can_be_used_in_a_loop_of_the_child) {
    OneOfEach all;
    all.fire_all();
    EXPECT_EQ(in_child([&all] {
                  all.pipe.read_all();
                  Pipe own_pipe;
                  Loop own;
                  all.watch.unregister();
                  if (all.watch.register_with(own, own_pipe.reader.number(), Condition::input)) {
                      return false;
                  }
                  all.timer.arm(own, own.now());
                  all.task.cancel();
                  all.task.schedule(own);
                  own_pipe.write_byte();
                  all.pipe = std::move(own_pipe);
                  const bool delivered = turn_until(own, [&all] {
                      return all.watches == 1 && all.timers == 1 && all.tasks == 1;
                  });
                  all.watch.unregister();
                  return delivered;
              }),
              0);
}

TEST(Fork, many_generations_cost_no_descriptor) {
    const std::set<int> before = open_descriptors();
    Loop loop;
    for (std::int64_t generation = 0; generation < rounds_or(1000, 100); ++generation) {
        ASSERT_EQ(in_child([&before] {
                      const Loop own;
                      return open_descriptors().size() <= before.size() + 6;
                  }),
                  0);
    }
    EXPECT_LE(open_descriptors().size(), before.size() + 3);
}

// A child that lives on holds duplicates of all descriptors: what the parent unregisters and closes
// then must not come back as a report without an owner.
TEST(Fork, a_child_that_lives_on_with_the_duplicates_does_not_make_the_parent_spin) {
    OneOfEach all;
    const Pipe end;
    const pid_t child = start_child([&end] {
        char byte = 0;
        return comes_true([&] { return ::read(end.reader.number(), &byte, 1) == 1; });
    });
    all.watch.unregister();
    all.pipe.write_byte();
    all.pipe.reader.reset();
    all.raw.unregister();
    bool over = false;
    Timer timer{base::Callback<>{[&over] { over = true; }}};
    timer.arm(all.loop, all.loop.refresh_time() + std::chrono::milliseconds{20});
    int turns = 0;
    while (!over) {
        all.loop.turn(Wait::yes);
        ++turns;
    }
    EXPECT_LT(turns, 10);
    end.write_byte();
    EXPECT_EQ(status_of(child), 0);
}

TEST(Fork, the_process_that_made_a_loop_goes_on_with_it_as_it_is) {
    Loop loop;
    int delivered = 0;
    Event event{loop, base::Callback<>{[&delivered] { ++delivered; }}};
    event.post();
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    const rlimit none{.rlim_cur = 0, .rlim_max = limit.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    EXPECT_FALSE(loop.continue_in_child()) << "it needs no new descriptor";
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    loop.run_until_idle();
    EXPECT_EQ(delivered, 1);
}

}  // namespace
}  // namespace tocsin::core
