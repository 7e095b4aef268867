// Shows that timers take QNX's events, by whatever header their functions are named.
#include <cerrno>
#include <csignal>
#include <ctime>
#include <sys/siginfo.h>

#include <gtest/gtest.h>

#include "server.h"

namespace tocsin::qnx {
namespace {

TEST(Timers, a_timer_sends_the_signal_and_the_value_of_its_event) {
    ::sigset_t waited;
    ::sigset_t before;
    ::sigemptyset(&waited);
    ::sigaddset(&waited, SIGRTMIN);
    ::pthread_sigmask(SIG_BLOCK, &waited, &before);
    struct ::sigevent event;
    SIGEV_SIGNAL_VALUE_INT_INIT(&event, SIGRTMIN, 4711);
    ::timer_t timer = {};
    ASSERT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    const ::itimerspec soon = {.it_interval = {}, .it_value = {.tv_sec = 0, .tv_nsec = 1}};
    ASSERT_EQ(::timer_settime(timer, 0, &soon, nullptr), 0);
    ::siginfo_t info = {};
    const ::timespec limit = {.tv_sec = 30, .tv_nsec = 0};
    EXPECT_EQ(::sigtimedwait(&waited, &info, &limit), SIGRTMIN);
    EXPECT_EQ(info.si_value.sival_int, 4711);
    EXPECT_EQ(::timer_delete(timer), 0);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(Timers, an_event_that_cannot_be_delivered_is_refused) {
    struct ::sigevent event = {};
    ::timer_t timer = {};
    for (const int kind : {SIGEV_UNBLOCK, SIGEV_INTR, 0x55}) {
        event.sigev_notify = kind;
        EXPECT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), -1);
        EXPECT_EQ(errno, EINVAL);
    }
    SIGEV_PULSE_INT_INIT(&event, _NTO_SIDE_CHANNEL, 10, 1000, 0);
    EXPECT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), -1);
    EXPECT_EQ(errno, EINVAL);
    SIGEV_NONE_INIT(&event);
    EXPECT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    EXPECT_EQ(::timer_delete(timer), 0);
}

TEST(Timers, a_tick_is_a_pulse_again_and_again_and_never_early) {
    Server server;
    struct ::sigevent event = {};
    SIGEV_PULSE_INT_INIT(&event, server.coid, 10, 5, 6);
    ::timer_t timer = {};
    ASSERT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    constexpr long period = 2'000'000;
    const ::itimerspec ticks = {.it_interval = {.tv_sec = 0, .tv_nsec = period},
                                .it_value = {.tv_sec = 0, .tv_nsec = period}};
    const auto begin = std::chrono::steady_clock::now();
    ASSERT_EQ(::timer_settime(timer, 0, &ticks, nullptr), 0);
    for (int tick = 1; tick <= 5; ++tick) {
        ASSERT_EQ(server.receive(), 0);
        EXPECT_GE(std::chrono::steady_clock::now() - begin,
                  std::chrono::nanoseconds{period * tick});
        EXPECT_EQ(server.received.pulse.code, 5);
        EXPECT_EQ(server.received.pulse.value.sival_int, 6);
    }
    ::itimerspec left = {};
    EXPECT_EQ(::timer_gettime(timer, &left), 0);
    EXPECT_EQ(left.it_interval.tv_nsec, period);
    EXPECT_GE(::timer_getoverrun(timer), 0);
    EXPECT_EQ(::timer_delete(timer), 0);
    while (server.look() == 0) {
    }
    EXPECT_EQ(::timer_delete(timer), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(::timer_settime(timer, 0, &ticks, nullptr), -1);
    EXPECT_EQ(::timer_gettime(timer, &left), -1);
    EXPECT_EQ(::timer_getoverrun(timer), -1);
}

TEST(Timers, a_time_of_the_wall_clock_is_kept) {
    Server server;
    struct ::sigevent event = {};
    SIGEV_PULSE_INT_INIT(&event, server.coid, 10, 5, 6);
    ::timer_t timer = {};
    ASSERT_EQ(timer_create(CLOCK_REALTIME, &event, &timer), 0);
    ::itimerspec when = {};
    ::clock_gettime(CLOCK_REALTIME, &when.it_value);
    ASSERT_EQ(::timer_settime(timer, TIMER_ABSTIME, &when, nullptr), 0);
    EXPECT_EQ(server.receive(), 0);
    EXPECT_EQ(::timer_delete(timer), 0);
}

TEST(Timers, a_signal_with_a_code_reaches_the_thread_that_made_the_timer) {
    const CountingHandler handler;
    struct ::sigevent event = {};
    SIGEV_SIGNAL_THREAD_INIT(&event, SIGUSR1, 9, SI_MINAVAIL);
    ::timer_t timer = {};
    ASSERT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    const ::itimerspec soon = {.it_interval = {}, .it_value = {.tv_sec = 0, .tv_nsec = 1}};
    ASSERT_EQ(::timer_settime(timer, 0, &soon, nullptr), 0);
    EXPECT_TRUE(until([] { return CountingHandler::count == 1; }));
    EXPECT_EQ(CountingHandler::code, SI_MINAVAIL);
    EXPECT_EQ(CountingHandler::thread, ::gettid());
    EXPECT_EQ(::timer_delete(timer), 0);
}

}  // namespace
}  // namespace tocsin::qnx
