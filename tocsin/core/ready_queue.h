// Where posts from many threads meet their loop. Private to tocsin/core.
#pragma once

#include <cstddef>

#include <tocsin/base/atomic.h>
#include <tocsin/core/event.h>

namespace tocsin::core {

// The events of one loop that are pending, in the order in which they became so.
//
// Posters push onto an intrusive stack with one compare-and-swap; the loop takes the whole stack
// with one exchange and turns it round. "The loop sleeps" is a value of the very word that posters
// change to publish, so exactly the post that finds the loop asleep is told to ring, and no wake-up
// can fall between a check and a sleep. models/ready_queue.pml and models/unregister.pml prove it.
class ReadyQueue {
public:
    ReadyQueue() noexcept = default;
    ReadyQueue(const ReadyQueue&) = delete;
    ReadyQueue& operator=(const ReadyQueue&) = delete;

    // Makes `event` pending. True for the one call that found the loop asleep: its caller must
    // ring. When it returns, the event may be gone already. Any thread, also in a signal handler.
    [[nodiscard]] static bool post(Event& event, ReadyQueue& queue) noexcept;

    // Says that the loop is about to sleep; false, and nothing said, when something is pending. On
    // the loop's thread, as is everything below.
    [[nodiscard]] bool fall_asleep() noexcept;

    // Ends the sleep and collects. True when a poster has ended it before: that poster rings, or
    // has rung, exactly once.
    [[nodiscard]] bool wake_up() noexcept;

    // Whether anything is pending.
    [[nodiscard]] bool empty() const noexcept {
        return first_ == nullptr && stack_.load(std::memory_order_relaxed) == nullptr;
    }

    // Begins a turn: what is pending now belongs to it, what is posted from now on does not.
    void begin_turn() noexcept;

    // Arms the next event of this turn again and gives back its handler in `handler`; false when
    // the turn has no more. The event may be freed by the handler.
    [[nodiscard]] bool next_of_turn(base::Callback<>& handler) noexcept;

    // Becomes empty without touching the events.
    void forget() noexcept;

    // Takes `event` out if it is pending; waits for a poster that has claimed it but not pushed
    // yet.
    void remove(Event& event) noexcept;

    // In a forked child, which has none of the threads that were posting at the fork: remove() does
    // not wait for ever from now on.
    void outlive_posters() noexcept { posters_may_be_gone_ = true; }

private:
    void collect(Event* newest) noexcept;
    void link_backwards() noexcept;
    void unlink(Event& event) noexcept;

    // An address that no event can have.
    [[nodiscard]] static Event* asleep() noexcept { return reinterpret_cast<Event*>(&asleep_mark); }
    [[nodiscard]] static Event* previous_of(const Event& event) noexcept;

    alignas(Event) inline static constinit std::byte asleep_mark{};

    // The newest event that the loop has not collected, or nullptr, or asleep(). It has a cache
    // line of its own: posters write it, and the loop reads the rest all the time.
    alignas(64) base::Atomic<Event*> stack_{nullptr};

    // What the loop has collected: oldest first, linked by next_. Up to `linked_` the events also
    // know the one before them; that is made up only when somebody unregisters a pending event.
    alignas(64) Event* first_ = nullptr;
    Event* last_ = nullptr;
    Event* turn_end_ = nullptr;
    Event* linked_ = nullptr;
    bool posters_may_be_gone_ = false;
};

inline bool ReadyQueue::post(Event& event, ReadyQueue& queue) noexcept {
    // A read-modify-write even when the event is pending already: only so is what the caller wrote
    // before ordered against the handler that clears the flag. A plain look here loses posts.
    if ((event.state_.fetch_or(Event::pending_flag, std::memory_order_acq_rel) &
         Event::pending_flag) != 0) {
        return false;
    }
    Event* newest = queue.stack_.load(std::memory_order_relaxed);
    do {
        event.next_ = newest == asleep() ? nullptr : newest;
    } while (!queue.stack_.compare_exchange_weak(newest, &event, std::memory_order_release,
                                                 std::memory_order_relaxed));
    return newest == asleep();
}

inline bool ReadyQueue::next_of_turn(base::Callback<>& handler) noexcept {
    if (turn_end_ == nullptr) {
        return false;
    }
    Event& event = *first_;
    first_ = event.next_;
    // Its poster has written to it on another processor: it comes while this handler runs.
    __builtin_prefetch(first_, 1);
    if (first_ == nullptr) {
        last_ = nullptr;
    }
    if (turn_end_ == &event) {
        turn_end_ = nullptr;
    }
    if (linked_ == &event) {
        linked_ = nullptr;
    }
    handler = event.handler_;
    // Armed again before the handler runs, so that a post made while it runs is a new one.
    event.state_.exchange(0, std::memory_order_acq_rel);
    return true;
}

}  // namespace tocsin::core
