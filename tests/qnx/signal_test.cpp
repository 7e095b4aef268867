// Shows that a thread waits for signals by QNX's name for that.
#include <cerrno>
#include <csignal>
#include <sys/neutrino.h>

#include <gtest/gtest.h>

#include "server.h"

namespace tocsin::qnx {
namespace {

::sigset_t only(int number) {
    ::sigset_t signals = {};
    sigemptyset(&signals);
    sigaddset(&signals, number);
    return signals;
}

TEST(Signal, one_that_is_waited_for_is_returned_with_what_it_carries) {
    const ::sigset_t signals = only(SIGUSR2);
    ::sigset_t before = {};
    ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &signals, &before), 0);
    for (const auto wait : {SignalWaitinfo, SignalWaitinfo_r}) {
        union ::sigval value = {};
        value.sival_int = 42;
        ASSERT_EQ(::pthread_sigqueue(::pthread_self(), SIGUSR2, value), 0);
        ::siginfo_t info = {};
        EXPECT_EQ(wait(&signals, &info), SIGUSR2);
        EXPECT_EQ(info.si_signo, SIGUSR2);
        EXPECT_EQ(info.si_value.sival_int, 42);
    }
    EXPECT_EQ(::pthread_sigmask(SIG_SETMASK, &before, nullptr), 0);
}

TEST(Signal, another_ones_handler_ends_the_wait) {
    CountingHandler handler;
    const ::sigset_t signals = only(SIGUSR2);
    std::atomic<int> results{0};
    Thread waiter{[&] {
        ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
        EXPECT_EQ(SignalWaitinfo(&signals, nullptr), -1);
        EXPECT_EQ(errno, EINTR);
        ++results;
        errno = EDOM;
        EXPECT_EQ(SignalWaitinfo_r(&signals, nullptr), -EINTR);
        EXPECT_EQ(errno, EDOM);
        ++results;
    }};
    EXPECT_TRUE(until([&] {
        waiter.signal(SIGUSR1);
        return results == 2;
    }));
}

}  // namespace
}  // namespace tocsin::qnx
