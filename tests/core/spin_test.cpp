// A loop that may spin takes posts without a system call, and does not spin for nothing.
#include <ctime>
#include <gtest/gtest.h>
#include <thread>

#include <tests/core/does.h>
#include <tests/core/patience.h>
#include <tests/core/system_calls.h>
#include <tocsin/core/event.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/spin.h>

namespace tocsin::core {
namespace {

using base::Duration;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;

// For how long another thread of this process has had a processor.
[[nodiscard]] Duration processor_time_of_thread(::pthread_t thread) {
    ::clockid_t clock = 0;
    timespec reading{};
    if (::pthread_getcpuclockid(thread, &clock) != 0 || ::clock_gettime(clock, &reading) != 0) {
        return {};
    }
    return std::chrono::seconds{reading.tv_sec} + Duration{reading.tv_nsec};
}

TEST(SpinningLoop, a_post_to_it_makes_no_system_call) {
    EXPECT_EQ(count_system_calls([] {
                  Loop* shared = nullptr;
                  bool delivered = false;
                  Does<> deliver{[&] {
                      delivered = true;
                      shared->stop();
                  }};
                  Event event{deliver};
                  Gate ready;
                  std::thread spinner{[&] {
                      Loop loop{LoopOptions{.spin = 1h}};
                      shared = &loop;
                      event.register_with(loop);
                      ready.open();
                      loop.run();
                      event.unregister();
                  }};
                  // One that slept would not get so far.
                  const ::pthread_t thread = spinner.native_handle();
                  if (!ready.pass() ||
                      !comes_true([&] { return processor_time_of_thread(thread) > 20ms; })) {
                      ::_exit(child_failed);
                  }
                  mark();
                  event.post();
                  mark();
                  spinner.join();
                  if (!delivered) {
                      ::_exit(child_failed);
                  }
              }),
              0);
}

TEST(SpinningLoop, delivers_a_timer_that_is_due_while_it_spins) {
    Loop loop{LoopOptions{.spin = 1h}};
    Does<> stop{[&] { loop.stop(); }};
    Timer timer{stop};
    timer.arm(loop, loop.now() + 1ms);
    loop.run();
    EXPECT_GE(loop.now(), timer.deadline());
}

// The deadline of a timer limits the spin, so the clock is read before it.
TEST(SpinningLoop, a_handler_asks_for_the_time_after_the_spin) {
    Loop loop{LoopOptions{.spin = 1h}};
    Timer far;
    far.arm(loop, loop.now() + 1h);
    base::Time seen;
    base::Time posted;
    Does<> look{[&] {
        seen = loop.now();
        loop.stop();
    }};
    Event event{loop, look};
    const ::pthread_t spinner = ::pthread_self();
    std::thread poster{[&] {
        const Duration before = processor_time_of_thread(spinner);
        EXPECT_TRUE(comes_true([&] { return processor_time_of_thread(spinner) > before + 20ms; }));
        posted = base::monotonic_clock().now();
        event.post();
    }};
    loop.run();
    poster.join();
    EXPECT_GE(seen, posted);
    far.cancel();
}

TEST(SpinningLoop, sleeps_when_nothing_comes_and_is_woken) {
    Loop loop{LoopOptions{.spin = Duration{1}}};
    Does<> stop{[&] { loop.stop(); }};
    Event event{loop, stop};
    std::thread poster{[&] { event.post(); }};
    loop.run();
    poster.join();
}

TEST(Spin, looks_until_something_comes) {
    base::ManualClock clock;
    Spin spin{1h, clock};
    int looks = 0;
    spin.until([&] { return ++looks >= 1'000; }, 1h);
    EXPECT_LE(looks, 1'001);
}

// A look takes a millisecond here.
TEST(Spin, ends_at_the_time_or_at_the_limit) {
    for (const auto& [length, limit] :
         {std::pair<Duration, Duration>{500ms, 1h}, std::pair<Duration, Duration>{1h, 500ms}}) {
        base::ManualClock clock;
        Spin spin{length, clock};
        spin.until(
            [&] {
                clock.advance(1ms);
                return false;
            },
            limit);
        EXPECT_GE(clock.now(), base::Time{500ms});
        EXPECT_LE(clock.now(), base::Time{600ms});
    }
}

TEST(Spin, looks_half_as_long_after_each_pause_that_was_too_long_and_all_of_it_after_a_short_one) {
    base::ManualClock clock;
    Spin spin{8ms, clock};
    const auto pause = [&](Duration length, bool came = true) {
        spin.until([] { return true; }, 1h);
        clock.advance(length);
        spin.ended(came);
        return spin.length();
    };
    EXPECT_EQ(pause(7ms), Duration{8ms});
    EXPECT_EQ(pause(8ms), Duration{4ms});
    EXPECT_EQ(pause(1h), Duration{2ms});
    EXPECT_EQ(pause(7ms), Duration{8ms});
    EXPECT_EQ(pause(7ms, false), Duration{4ms});
}

TEST(Spin, may_be_as_long_as_there_is_time) {
    base::ManualClock clock{base::Time{1h}};
    Spin spin{Duration::max(), clock};
    int looks = 0;
    spin.until([&] { return ++looks >= 1'000; }, Duration::max());
    EXPECT_GE(looks, 1'000);
}

TEST(Spin, that_is_not_wanted_stays_so) {
    base::ManualClock clock;
    Spin spin{Duration::zero(), clock};
    EXPECT_FALSE(spin.wanted());
    spin.ended(true);
    EXPECT_EQ(spin.length(), Duration::zero());
}

}  // namespace
}  // namespace tocsin::core
