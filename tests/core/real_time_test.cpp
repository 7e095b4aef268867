// Timers by the real clock: never early, also after interruptions, and at distances that kernels
// count in other units.
#include <atomic>
#include <csignal>
#include <cstdint>
#include <gtest/gtest.h>
#include <random>
#include <thread>
#include <vector>

#include <tests/core/asleep.h>
#include <tests/core/both_ways.h>
#include <tests/core/interruptions.h>
#include <tests/core/patience.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {
namespace {

using std::chrono::milliseconds;

class RealTime : public BothWays {};
INSTANTIATE_TEST_SUITE_P(Kernel, RealTime, testing::Bool(), way_of);

TEST_P(RealTime, no_timer_is_early) {
    std::minstd_rand random{5};
    for (int round = 0; round < 200; ++round) {
        Timer timer;
        timer.arm(loop, loop.refresh_time() + base::Duration{random() % 2'000'000});
        while (timer.armed()) {
            loop.turn(Wait::yes);
        }
        ASSERT_GE(base::monotonic_clock().now(), timer.deadline());
    }
}

TEST_P(RealTime, a_loop_sleeps_until_its_next_timer_instead_of_looking_all_the_time) {
    Timer timer;
    timer.arm(loop, loop.refresh_time() + milliseconds{30});
    int turns = 0;
    for (; timer.armed(); ++turns) {
        loop.turn(Wait::yes);
    }
    EXPECT_LT(turns, 10);
}

TEST_P(RealTime, interruptions_make_a_timer_neither_early_nor_late) {
    const Handled handled{SIGALRM, [](int) {}};
    const Interruptions interruptions{milliseconds{1}};
    Timer timer;
    timer.arm(loop, loop.refresh_time() + milliseconds{150});
    while (timer.armed()) {
        loop.turn(Wait::yes);
    }
    const base::Duration late = base::monotonic_clock().now() - timer.deadline();
    EXPECT_GE(late, base::Duration::zero());
    EXPECT_LT(late, std::chrono::seconds{5});
}

TEST_P(RealTime, distances_that_do_not_fit_into_other_units_are_slept_on) {
    const base::Time now = loop.refresh_time();
    const std::vector<base::Time> far{now + milliseconds{INT32_MAX},
                                      now + milliseconds{std::int64_t{INT32_MAX} + 1},
                                      now + milliseconds{std::int64_t{UINT32_MAX} + 1},
                                      base::Time::max() - base::Duration{1}, base::Time::max()};
    for (const base::Time deadline : far) {
        Timer timer;
        timer.arm(loop, deadline);
        Timer end;
        end.arm(loop, loop.refresh_time() + milliseconds{5});
        int turns = 0;
        for (; end.armed(); ++turns) {
            loop.turn(Wait::yes);
        }
        EXPECT_LT(turns, 10);
        EXPECT_TRUE(timer.armed());
        timer.cancel();
    }
}

// With the far timer alone, so that it is the one whose distance the kernel is given. The poster
// looks often whether the loop still sleeps: one that spins is found awake, or has made turns.
TEST_P(RealTime, a_far_timer_alone_neither_fires_nor_makes_the_loop_spin) {
    const pid_t sleeper = own_thread();
    for (const base::Time deadline : {base::Time::max() - base::Duration{1}, base::Time::max(),
                                      loop.refresh_time() + milliseconds{INT32_MAX}}) {
        Timer timer;
        timer.arm(loop, deadline);
        bool posted = false;
        std::atomic<bool> turning{false};
        std::atomic<int> turns{0};
        Event event{loop, base::Callback<>{[&posted] { posted = true; }}};
        std::jthread poster{[&] {
            EXPECT_TRUE(comes_true([&] { return turning && is_asleep(sleeper); }));
            const int turns_before = turns;
            int awake = 0;
            for (int look = 0; look < 500; ++look) {
                awake += is_asleep(sleeper) ? 0 : 1;
            }
            EXPECT_EQ(awake, 0);
            EXPECT_EQ(turns, turns_before);
            event.post();
        }};
        turning = true;
        while (!posted) {
            loop.turn(Wait::yes);
            ++turns;
        }
        EXPECT_LT(turns, 10);
        EXPECT_TRUE(timer.armed());
        poster.join();
    }
}

}  // namespace
}  // namespace tocsin::core
