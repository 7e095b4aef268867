// The clocks.
#include <tocsin/base/clock.h>

#include <barrier>
#include <gtest/gtest.h>
#include <thread>

namespace tocsin::base {
namespace {

using std::chrono::hours;
using std::chrono::nanoseconds;

TEST(MonotonicClock, passes_by_itself_and_never_runs_backwards) {
    Clock& clock = monotonic_clock();
    EXPECT_TRUE(clock.passes());
    Time last = clock.now();
    for (int reading = 0; reading < 100'000; ++reading) {
        const Time now = clock.now();
        ASSERT_GE(now, last);
        last = now;
    }
}

TEST(MonotonicClock, reads_what_the_standard_steady_clock_reads) {
    const Time before = std::chrono::steady_clock::now();
    const Time now = monotonic_clock().now();
    EXPECT_LE(before, now);
    EXPECT_LE(now, std::chrono::steady_clock::now());
}

TEST(ManualClock, stands_still_until_it_is_moved) {
    ManualClock clock{Time{hours{1}}};
    EXPECT_FALSE(clock.passes());
    EXPECT_EQ(clock.now(), Time{hours{1}});
    clock.advance(nanoseconds{0});
    EXPECT_EQ(clock.now(), Time{hours{1}});
    clock.advance(nanoseconds{1});
    EXPECT_EQ(clock.now(), Time{hours{1} + nanoseconds{1}});
}

TEST(ManualClock, loses_no_step_when_several_threads_move_it) {
    constexpr int steps = 1'000'000;
    ManualClock clock;
    std::barrier both_ready{2};
    const auto move = [&clock, &both_ready] {
        both_ready.arrive_and_wait();
        for (int step = 0; step < steps; ++step) {
            clock.advance(nanoseconds{1});
        }
    };
    std::thread other{move};
    move();
    other.join();
    EXPECT_EQ(clock.now(), Time{nanoseconds{2 * steps}});
}

TEST(ManualClockDeathTest, a_negative_step_stops_the_program_with_a_message) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    ManualClock clock;
    EXPECT_DEATH(clock.advance(nanoseconds{-1}),
                 "tocsin: ManualClock::advance: the step is negative");
}

}  // namespace
}  // namespace tocsin::base
