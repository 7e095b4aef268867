// What a loop is made of. Private to tocsin/core.
#pragma once

#include <cstdint>

#include <tocsin/base/atomic.h>
#include <tocsin/base/fork.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/poller.h>
#include <tocsin/core/ready_queue.h>
#include <tocsin/core/spin.h>
#include <tocsin/core/timer_wheel.h>
#include <tocsin/core/wake_channel.h>

namespace tocsin::core {

// The number of the calling thread, as gettid(2) gives it.
[[nodiscard]] pid_t own_thread_id() noexcept;

// What tells the calling thread from others, for the price of a load.
[[nodiscard]] inline const void* own_thread() noexcept {
    return __builtin_thread_pointer();
}

struct Loop::State {
    explicit State(const LoopOptions& options);

    base::Clock& clock;
    base::Time time;
    bool time_is_fresh = false;
    bool time_is_of_turn = false;  // it was read in this turn, or the one that has made phase 1
    bool turning = false;
    bool asleep = false;
    bool delivering_tasks = false;
    bool had_events = false;  // this turn has made its phase 4 already
    std::uint64_t turn_number = 0;

    ReadyQueue ready;
    WakeChannel bell;
    std::unique_ptr<Poller> poller;

    Spin spin;

    TimerWheel timers;
    base::List<Timer> due_timers;
    base::List<Task> tasks;
    base::List<Task> tasks_of_turn;
    Collected collected;
    base::List<Watch, ReadyWatches> watches_of_turn;
    base::List<Watch, ChangedWatches> changed_watches;

    // Sleeps that a poster has ended, each of which it announces by one ring; the posters that are
    // at the ring or past it; and the rings that have been taken from the bell.
    std::uint64_t rings_owed = 0;
    base::Atomic<std::uint64_t> rings_begun{0};
    std::uint64_t rings_taken = 0;

    std::size_t watches = 0;  // how many are registered
    bool looks_in_every_turn;
    base::Time looked_at;  // when the kernel was last asked for descriptors
    std::uint32_t turns_unlooked = 0;

    const void* thread = own_thread();
    base::Atomic<::pid_t> thread_id;
    std::uint32_t fork_generation = base::fork_generation();

    [[nodiscard]] bool is_of_this_process() const noexcept {
        return fork_generation == base::fork_generation();
    }
    // As Loop has them; every call of a slot makes one of these.
    void check_thread(const char* call) const noexcept {
        if (thread != own_thread()) [[unlikely]] {
            refuse_thread(call);
        }
    }
    void check_process(const char* call) const noexcept {
        if (!is_of_this_process()) [[unlikely]] {
            refuse_process(call);
        }
    }
    void check_usable(const char* call) const noexcept {
        check_process(call);
        check_thread(call);
    }
    void refuse_thread(const char* call) const noexcept;
    [[noreturn]] static void refuse_process(const char* call) noexcept;
};

}  // namespace tocsin::core
