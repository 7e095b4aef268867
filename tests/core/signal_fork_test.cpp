// Forks while signals arrive.
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <tests/core/forked.h>
#include <tests/core/patience.h>
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

// Called, if it is there, by each fork of the library of C, in its middle: this is registered when
// the program begins, before the table of signals is made.
std::function<void()> in_the_middle_of_a_fork;
[[maybe_unused]] const int registered = ::pthread_atfork(
    [] {
        if (in_the_middle_of_a_fork) {
            in_the_middle_of_a_fork();
        }
    },
    nullptr, nullptr);

bool watches_a_signal() {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::alarm(10);
    Loop loop;
    int told = 0;
    SignalWatch watch{base::Callback<>{[&told] { ++told; }}};
    if (watch.register_with(loop, SIGUSR1)) {
        return false;
    }
    std::raise(SIGUSR1);
    loop.run_until_idle();
    return told == 1;
}

// A child that nobody has told of its birth, made while somebody looked at the table.
TEST(SignalFork, leaves_a_child_of_the_bare_system_call_free_to_watch_signals) {
    long child = 0;
    int status = 1;
    Loop loop;
    SignalWatch watch;
    ASSERT_FALSE(watch.register_with(loop, SIGUSR1));
    in_the_middle_of_a_fork = [&child] {
        child = ::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
        if (child == 0) {
            ::_exit(watches_a_signal() ? 0 : 1);
        }
    };
    EXPECT_EQ(in_child([] { return true; }), 0);
    in_the_middle_of_a_fork = nullptr;
    // It may wait with every signal blocked.
    if (!comes_true([&] { return ::waitpid(static_cast<pid_t>(child), &status, WNOHANG) == child; },
                    std::chrono::seconds{10})) {
        ::kill(static_cast<pid_t>(child), SIGKILL);
    }
    EXPECT_EQ(status, 0);
}

TEST(SignalFork, does_not_wait_for_a_handler_that_has_interrupted_an_allocation) {
    EXPECT_EQ(in_child(forks_while_signals_interrupt_allocations), 0);
}

}  // namespace
}  // namespace tocsin::core
