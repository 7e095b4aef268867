// Forks while signals arrive.
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <gtest/gtest.h>
#include <pthread.h>
#include <thread>
#include <unistd.h>

#include <tests/core/forked.h>
#include <tests/core/sanitized.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/signal_watch.h>

namespace tocsin::core {
namespace {

// In a process of its own, which SIGALRM ends when it hangs.
bool forks_while_signals_interrupt_allocations() {
    constexpr unsigned seconds_max = 30;
    ::alarm(seconds_max);
    Loop loop;
    SignalWatch watch;
    if (watch.register_with(loop, SIGUSR1)) {
        return false;
    }
    std::atomic<bool> stop{false};
    std::thread allocator{[&stop] {
        constexpr std::size_t size = 5000;  // for which malloc() needs a lock that fork() takes
        while (!stop) {
            void* volatile block = std::malloc(size);
            std::free(block);
        }
    }};
    std::thread signaller{[&] {
        while (!stop) {
            ::pthread_kill(allocator.native_handle(), SIGUSR1);
        }
    }};
    bool all_ended_well = true;
    for (std::int64_t rounds = rounds_or(300, 30); rounds > 0; --rounds) {
        all_ended_well = in_child([] { return true; }) == 0 && all_ended_well;
    }
    stop = true;
    signaller.join();
    allocator.join();
    return all_ended_well;
}

TEST(SignalFork, does_not_wait_for_a_handler_that_has_interrupted_an_allocation) {
    EXPECT_EQ(in_child(forks_while_signals_interrupt_allocations), 0);
}

}  // namespace
}  // namespace tocsin::core
