// Shows that timers take QNX's events, by whatever header their functions are named.
#include <cerrno>
#include <csignal>
#include <ctime>
#include <sys/siginfo.h>

#include <gtest/gtest.h>

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
    struct ::sigevent event;
    SIGEV_PULSE_INT_INIT(&event, 1, 10, 0, 0);
    ::timer_t timer = {};
    EXPECT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), -1);
    EXPECT_EQ(errno, EINVAL);
    SIGEV_NONE_INIT(&event);
    EXPECT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    EXPECT_EQ(::timer_delete(timer), 0);
}

}  // namespace
}  // namespace tocsin::qnx
