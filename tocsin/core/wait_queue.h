// Where the clients of one resource wait until a condition comes true. Public.
#pragma once

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include <tocsin/base/atomic.h>
#include <tocsin/base/callback.h>
#include <tocsin/base/check.h>
#include <tocsin/core/arm.h>
#include <tocsin/core/arm_heap.h>
#include <tocsin/core/conditions.h>

namespace tocsin::core {

// What became of a call to arm().
enum class Armed : std::uint8_t {
    waiting,  // the condition is not met; the sink will be called
    met,      // it is met now: nothing is armed, and the sink will not be called
    fired,    // it came true meanwhile, and the sink has been called for it
};

// The arms of one resource.
//
// The resource owns the truth: nothing here remembers a level. The resource changes its state first
// and calls trigger() then; arm() arms first and looks at the state then. So a condition that comes
// true at any moment around an arm is either reported by that arm or delivered.
// models/wait_queue.pml.
//
// All calls may come from any thread, also from inside a sink, but not from a signal handler. The
// sinks of one trigger are called one after the other, by the thread that triggers, before
// trigger() returns, without any lock of the queue held; they must neither block nor throw. The
// sink of one arm never runs twice at once: when it is running already, and has armed itself again,
// the thread that runs it calls it once more. Nothing here allocates.
class WaitQueue {
public:
    WaitQueue() noexcept = default;

    // As close(); no other thread may be using the queue any more.
    ~WaitQueue() { close(); }

    WaitQueue(const WaitQueue&) = delete;
    WaitQueue& operator=(const WaitQueue&) = delete;

    // Arms `arm` for one firing of `condition` with at least `threshold` available (1 when it is
    // less), then calls `look()`, which returns the amount of it that is available now (a number),
    // without any lock held: when the threshold is reached the arm is taken back and the answer is
    // Armed::met; as cancel(), that may wait for a sink. An arm that is armed already is replaced,
    // and counts as armed now: when several threads arm one arm only the last one waits, and the
    // answer to an earlier one leaves it alone. On a closed queue nothing is armed: the sink is
    // called with Condition::hang_up, unless it is being told of that just now, and the answer is
    // Armed::fired. The arm has to stay alive, and in this queue, until this returns, so a sink
    // that may run meanwhile does not free it. What look() throws passes on; the arm is taken back.
    template <typename Look>
    [[nodiscard]] Armed arm(Arm& arm, Condition condition, std::int64_t threshold, Look&& look) {
        const std::uint64_t sequence = insert(arm, condition, threshold);
        if (sequence == 0) {
            return Armed::fired;
        }
        std::int64_t available = 0;
        try {
            available = static_cast<std::int64_t>(look());
        } catch (...) {
            take_back(arm, sequence);
            throw;
        }
        if (available < std::max(threshold, std::int64_t{1})) {
            return Armed::waiting;
        }
        return take_back(arm, sequence) ? Armed::met : Armed::fired;
    }

    // Arms without looking, for callers that hold a lock under which the state changes and know
    // that the condition is not met, or that want the next firing whether it is met or not. False
    // on a closed queue, of which the sink is told by Condition::hang_up.
    bool arm(Arm& arm, Condition condition, std::int64_t threshold = 1) noexcept {
        return insert(arm, condition, threshold) != 0;
    }

    // Disarms: true when the arm was armed, and will not fire now. When this returns its sink is
    // not running in another thread and will not be called: the arm may be freed. It waits for a
    // sink that is running in another thread, so the caller holds no lock that the sink takes, and
    // two sinks do not cancel each other's arms. Inside the arm's own sink it does not wait.
    bool cancel(Arm& arm) noexcept;

    // Whether `arm` is armed here now, and has not fired yet.
    [[nodiscard]] bool is_armed(const Arm& arm) const noexcept;

    // Disarms every arm of `owner`; returns their number. As cancel(), for arms that are armed or
    // firing; walks all arms.
    std::size_t cancel_all(std::uint64_t owner) noexcept;

    // Fires every arm of `condition` whose threshold is at most `available`, oldest first, each
    // once. Call it after the state has changed. Costs what fires: for each at most a logarithm of
    // what is armed, and when nobody is armed that low no lock is taken. An arm that a sink arms
    // again is not fired by the same call.
    void trigger(Condition condition, std::int64_t available = INT64_MAX) noexcept;

    // Fires the arms of `owner` for `conditions`, whatever their thresholds, and no others: for the
    // end of one client. Walks all arms.
    void trigger_all(std::uint64_t owner, Conditions conditions) noexcept;

    // Fires every arm with Condition::hang_up: the resource is going away. Arms made later fire at
    // once.
    void close() noexcept;

    // Whether a trigger with `available` would fire anything now; a hint.
    [[nodiscard]] bool anyone_waits(Condition condition, std::int64_t available) const noexcept {
        return reaches(available, lowest_[index_of(condition)].load(std::memory_order_relaxed));
    }

    // The lowest threshold that is armed for `condition`, 0 when nobody is; a hint.
    [[nodiscard]] std::int64_t lowest_threshold(Condition condition) const noexcept {
        return lowest_[index_of(condition)].load(std::memory_order_relaxed);
    }

    // How many arms are armed, and the sums of what happened so far.
    struct Counters {
        std::uint64_t armed_now = 0;
        std::uint64_t armed = 0;
        std::uint64_t fired = 0;
        std::uint64_t cancelled = 0;
        std::uint64_t replaced = 0;
    };
    [[nodiscard]] Counters counters() const;

    // Calls `visit(arm)` for every arm, with the queue locked: it must not call back.
    template <typename Visit>
    void for_each(Visit&& visit) const {
        const std::lock_guard lock{mutex_};
        for (const ArmHeap& heap : heaps_) {
            heap.for_each(visit);
        }
    }

private:
    friend class Arm;
    struct Firing;

    static constexpr std::int64_t nobody = 0;

    [[nodiscard]] static bool reaches(std::int64_t available, std::int64_t lowest) noexcept {
        return lowest != nobody && lowest <= available;
    }
    [[nodiscard]] static std::size_t index_of(Condition condition) noexcept {
        const auto index = static_cast<std::size_t>(condition);
        base::check(index < condition_count, "WaitQueue: there is no such condition; Condition "
                                             "names those there are");
        return index;
    }

    std::uint64_t insert(Arm& arm, Condition condition, std::int64_t threshold) noexcept;
    bool take_back(Arm& arm, std::uint64_t sequence) noexcept;
    void arm_locked(Arm& arm, Condition condition, std::int64_t threshold) noexcept;
    bool take_out_locked(Arm& arm) noexcept;
    void publish_lowest_locked(std::size_t index) noexcept;
    void collect_locked(std::size_t index, std::int64_t available, Firing& firing) noexcept;
    void collect_owned_locked(std::uint64_t owner, Conditions conditions,
                              base::List<Arm>& owned) noexcept;
    void call_sinks(std::unique_lock<std::mutex>& lock, Firing& firing) noexcept;
    void call_sink(std::unique_lock<std::mutex>& lock, Firing& firing, Arm& arm) noexcept;
    void await_sink(std::unique_lock<std::mutex>& lock) noexcept;
    void untie_locked(Arm& arm) noexcept;
    [[nodiscard]] std::size_t take_out_owned_locked(std::uint64_t owner) noexcept;
    bool cancel_locked(std::unique_lock<std::mutex>& lock, Arm& arm) noexcept;
    void forget(Arm& arm) noexcept;
    void check_tied_here_locked(const Arm& arm, const char* message) const noexcept;
    [[nodiscard]] Firing* runner_of_locked(const Arm& arm) const noexcept;
    [[nodiscard]] static bool runs_here(const Firing& firing) noexcept;
    [[nodiscard]] bool runs_elsewhere_locked(std::uint64_t owner) const noexcept;

    mutable std::mutex mutex_;
    std::condition_variable sink_returned_;
    std::array<ArmHeap, condition_count> heaps_;
    std::array<base::Atomic<std::int64_t>, condition_count> lowest_{};  // thresholds, or nobody
    Firing* firings_ = nullptr;  // triggers that are calling sinks now
    unsigned cancellers_waiting_ = 0;
    std::uint64_t next_sequence_ = 1;
    Counters counters_;
    bool closed_ = false;
};

}  // namespace tocsin::core
