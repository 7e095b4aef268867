// Signal watches: what is delivered to whom, and what becomes of the signal handlers of the
// process.
#include <tocsin/core/signal_watch.h>

#include <cerrno>
#include <csignal>
#include <gtest/gtest.h>
#include <memory>
#include <pthread.h>
#include <thread>

#include <tests/core/does.h>
#include <tests/core/forked.h>
#include <tests/core/interruptions.h>
#include <tests/core/on_processor.h>
#include <tests/core/patience.h>
#include <tests/core/processor_time.h>
#include <tocsin/core/errors.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {
namespace {

// A watch that counts.
struct Counted {
    int calls = 0;
    SignalWatch watch{base::Callback<>{[this] { ++calls; }}};
};

using SignalFunction = void (*)(int);

SignalFunction function_of(int signal) {
    struct sigaction now{};
    ::sigaction(signal, nullptr, &now);
    return now.sa_handler;
}

void programs_own(int) {}
void installed_later(int) {}

TEST(SignalWatch, is_delivered_on_its_loop_after_the_signal) {
    Loop loop;
    Counted counted;
    ASSERT_FALSE(counted.watch.register_with(loop, SIGUSR1));
    EXPECT_EQ(counted.watch.signal(), SIGUSR1);
    loop.run_until_idle();
    EXPECT_EQ(counted.calls, 0);
    std::raise(SIGUSR1);
    EXPECT_EQ(counted.calls, 0) << "its handler is no signal handler";
    loop.run_until_idle();
    EXPECT_EQ(counted.calls, 1);
    std::raise(SIGUSR1);
    loop.run_until_idle();
    EXPECT_EQ(counted.calls, 2);
}

TEST(SignalWatch, signals_before_the_delivery_are_merged) {
    Loop loop;
    Counted counted;
    ASSERT_FALSE(counted.watch.register_with(loop, SIGUSR1));
    for (int signal = 0; signal < 100; ++signal) {
        std::raise(SIGUSR1);
    }
    loop.run_until_idle();
    EXPECT_EQ(counted.calls, 1);
}

TEST(SignalWatch, a_signal_that_another_thread_takes_wakes_a_loop_that_sleeps) {
    Loop loop;
    Counted counted;
    ASSERT_FALSE(counted.watch.register_with(loop, SIGUSR1));
    for (int round = 1; round <= 100; ++round) {
        const std::jthread taker{[] { std::raise(SIGUSR1); }};
        ASSERT_TRUE(turn_until(loop, [&] { return counted.calls == round; }));
    }
}

TEST(SignalWatch, every_watch_of_a_signal_is_told_on_whatever_loop_it_is) {
    Loop loop;
    Loop other_loop;
    Counted first;
    Counted second;
    Counted on_the_other;
    Counted of_another_signal;
    ASSERT_FALSE(first.watch.register_with(loop, SIGUSR1));
    ASSERT_FALSE(second.watch.register_with(loop, SIGUSR1));
    ASSERT_FALSE(on_the_other.watch.register_with(other_loop, SIGUSR1));
    ASSERT_FALSE(of_another_signal.watch.register_with(loop, SIGUSR2));
    std::raise(SIGUSR1);
    loop.run_until_idle();
    EXPECT_EQ(first.calls, 1);
    EXPECT_EQ(second.calls, 1);
    EXPECT_EQ(on_the_other.calls, 0) << "its loop has not been turned yet";
    other_loop.run_until_idle();
    EXPECT_EQ(on_the_other.calls, 1);
    EXPECT_EQ(of_another_signal.calls, 0);
    first.watch.unregister();
    std::raise(SIGUSR1);
    loop.run_until_idle();
    other_loop.run_until_idle();
    EXPECT_EQ(first.calls, 1);
    EXPECT_EQ(second.calls, 2);
    EXPECT_EQ(on_the_other.calls, 2);
}

TEST(SignalWatch, the_last_watch_to_go_brings_back_what_was_there_before) {
    const Handled before{SIGUSR1, &programs_own};
    Loop loop;
    Counted first;
    Counted second;
    ASSERT_FALSE(first.watch.register_with(loop, SIGUSR1));
    ASSERT_FALSE(second.watch.register_with(loop, SIGUSR1));
    EXPECT_NE(function_of(SIGUSR1), &programs_own);
    first.watch.unregister();
    EXPECT_NE(function_of(SIGUSR1), &programs_own) << "there is still one that wants to know";
    second.watch.unregister();
    EXPECT_EQ(function_of(SIGUSR1), &programs_own);
    ASSERT_FALSE(first.watch.register_with(loop, SIGUSR1));
    const Handled meanwhile{SIGUSR1, &installed_later};
    first.watch.unregister();
    EXPECT_EQ(function_of(SIGUSR1), &programs_own) << "whatever has been installed since";
}

TEST(SignalWatch, a_signal_handler_keeps_errno) {
    Loop loop;
    Counted counted;
    ASSERT_FALSE(counted.watch.register_with(loop, SIGUSR1));
    errno = EDOM;
    std::raise(SIGUSR1);
    EXPECT_EQ(errno, EDOM);
    loop.run_until_idle();
    EXPECT_EQ(counted.calls, 1);
}

TEST(SignalWatch, a_signal_that_is_pending_when_the_watch_is_unregistered_is_not_delivered) {
    Loop loop;
    Counted counted;
    ASSERT_FALSE(counted.watch.register_with(loop, SIGUSR1));
    std::raise(SIGUSR1);
    counted.watch.unregister();
    counted.watch.unregister();
    loop.run_until_idle();
    EXPECT_EQ(counted.calls, 0);
    EXPECT_EQ(loop.registered_count(), 0U);
}

TEST(SignalWatch, may_be_freed_in_its_own_handler) {
    const Handled before{SIGUSR1, &programs_own};
    Loop loop;
    int calls = 0;
    auto watch = std::make_unique<SignalWatch>();
    Does<> free{[&] {
        ++calls;
        watch.reset();
    }};
    watch->set_handler(free);
    ASSERT_FALSE(watch->register_with(loop, SIGUSR1));
    std::raise(SIGUSR1);
    loop.run_until_idle();
    std::raise(SIGUSR1);
    loop.run_until_idle();
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(function_of(SIGUSR1), &programs_own);
}

TEST(SignalWatch, what_cannot_be_caught_is_refused_with_nothing_changed) {
    constexpr int kept_by_the_c_library = 32;
    Loop loop;
    Counted counted;
    ASSERT_FALSE(counted.watch.register_with(loop, SIGUSR1));
    counted.watch.unregister();
    for (const int signal : {SIGKILL, SIGSTOP, kept_by_the_c_library, 0, -1, NSIG, INT32_MAX}) {
        const std::error_code error = counted.watch.register_with(loop, signal);
        EXPECT_EQ(error, Error::not_catchable) << signal;
        EXPECT_EQ(error, std::errc::invalid_argument);
        EXPECT_FALSE(counted.watch.registered());
        EXPECT_EQ(counted.watch.signal(), SIGUSR1) << "what it was registered for last";
        EXPECT_EQ(loop.registered_count(), 0U);
    }
    ASSERT_FALSE(counted.watch.register_with(loop, SIGRTMAX));
    std::raise(SIGRTMAX);
    loop.run_until_idle();
    EXPECT_EQ(counted.calls, 1);
}

TEST(SignalWatch, a_forked_child_gets_back_at_once_what_was_there_before) {
    const Handled before{SIGUSR2, &programs_own};
    Loop loop;
    Counted first;
    Counted second;
    ASSERT_FALSE(first.watch.register_with(loop, SIGUSR1));
    ASSERT_FALSE(second.watch.register_with(loop, SIGUSR2));
    EXPECT_EQ(in_child([] {
                  if (function_of(SIGUSR2) != &programs_own) {
                      return 1;
                  }
                  std::raise(SIGUSR1);
                  return 0;
              }),
              -SIGUSR1)
        << "the signal ends the child, as it did before anybody watched it";
    loop.run_until_idle();
    EXPECT_EQ(first.calls, 0);
    std::raise(SIGUSR1);
    loop.run_until_idle();
    EXPECT_EQ(first.calls, 1) << "the parent goes on watching";
}

TEST(SignalWatch, a_forked_child_makes_watches_of_its_own) {
    Loop loop;
    Counted inherited;
    ASSERT_FALSE(inherited.watch.register_with(loop, SIGUSR1));
    EXPECT_EQ(in_child([&inherited] {
                  Loop own_loop;
                  Counted own;
                  if (own.watch.register_with(own_loop, SIGUSR1)) {
                      return false;
                  }
                  inherited.watch.unregister();
                  std::raise(SIGUSR1);
                  own_loop.run_until_idle();
                  return own.calls == 1 && inherited.calls == 0;
              }),
              0);
    std::raise(SIGUSR1);
    loop.run_until_idle();
    EXPECT_EQ(inherited.calls, 1);
}

// As long as it lives the calling thread goes before all ordinary ones, where that is allowed.
class Urgent {
public:
    Urgent() noexcept {
        ::pthread_getschedparam(::pthread_self(), &policy_, &parameters_);
        const sched_param urgent{.sched_priority = 1};
        ::pthread_setschedparam(::pthread_self(), SCHED_FIFO, &urgent);
    }
    Urgent(const Urgent&) = delete;
    Urgent& operator=(const Urgent&) = delete;
    ~Urgent() { ::pthread_setschedparam(::pthread_self(), policy_, &parameters_); }

private:
    int policy_ = 0;
    sched_param parameters_{};
};

// The thread that registers is kept from the processor by the signal handler that waits for it. A
// handler that spins takes all the time that the kernel grants it.
TEST(SignalWatch, a_signal_handler_gives_way_to_a_thread_of_lower_priority_that_registers) {
    const OnProcessor here{0};
    Loop loop;
    Counted alarms;
    ASSERT_FALSE(alarms.watch.register_with(loop, SIGALRM));
    const std::jthread registrar{[](const std::stop_token& stop) {
        Loop own_loop;
        SignalWatch watch;
        while (!stop.stop_requested() && !watch.register_with(own_loop, SIGUSR1)) {
            watch.unregister();
        }
    }};
    const Urgent urgent;
    bool all_told = false;
    const std::chrono::nanoseconds used = processor_time_of([&] {
        const Interruptions interruptions{std::chrono::milliseconds{1}};
        all_told = turn_until(loop, [&] { return alarms.calls >= 100; });
    });
    EXPECT_TRUE(all_told);
    EXPECT_LT(used, std::chrono::milliseconds{500});
}

}  // namespace
}  // namespace tocsin::core
