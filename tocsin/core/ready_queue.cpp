// Publishing, collecting and removing of pending events. Private to tocsin/core.
#include <tocsin/core/ready_queue.h>

#include <tocsin/core/wait_a_moment.h>

namespace tocsin::core {

namespace {

// A poster needs nanoseconds from claiming an event to pushing it; this is a third of a second.
constexpr int moments_max = 5'000;

}  // namespace

bool ReadyQueue::fall_asleep() noexcept {
    Event* nothing = nullptr;
    return first_ == nullptr &&
           stack_.compare_exchange_strong(nothing, asleep(), std::memory_order_relaxed);
}

bool ReadyQueue::wake_up() noexcept {
    Event* const newest = stack_.exchange(nullptr, std::memory_order_acquire);
    if (newest == asleep()) {
        return false;
    }
    collect(newest);
    return true;
}

void ReadyQueue::collect(Event* newest) noexcept {
    Event* const last = newest;
    Event* oldest = nullptr;
    while (newest != nullptr) {
        Event* const older = newest->next_;
        newest->next_ = oldest;
        oldest = newest;
        newest = older;
    }
    if (oldest == nullptr) {
        return;
    }
    if (first_ == nullptr) {
        first_ = oldest;
    } else {
        last_->next_ = oldest;
    }
    last_ = last;
}

void ReadyQueue::begin_turn() noexcept {
    if (stack_.load(std::memory_order_relaxed) != nullptr) {
        collect(stack_.exchange(nullptr, std::memory_order_acquire));
    }
    turn_end_ = last_;
}

void ReadyQueue::forget() noexcept {
    stack_.store(nullptr, std::memory_order_relaxed);
    first_ = last_ = turn_end_ = linked_ = nullptr;
}

void ReadyQueue::remove(Event& event) noexcept {
    // Relaxed: what the posters of one that is not pending did was ordered before its delivery, and
    // what that of a pending one did is by the exchange that finds it in the stack.
    for (int moments = 0; (event.state_.load(std::memory_order_relaxed) & Event::pending_flag) != 0;
         ++moments) {
        collect(stack_.exchange(nullptr, std::memory_order_acquire));
        link_backwards();
        if (&event == first_ || previous_of(event) != nullptr) {
            unlink(event);
            return;
        }
        if (posters_may_be_gone_ && moments >= moments_max) {
            event.state_.store(0, std::memory_order_relaxed);
            return;
        }
        wait_a_moment();
    }
}

Event* ReadyQueue::previous_of(const Event& event) noexcept {
    return reinterpret_cast<Event*>(event.state_.load(std::memory_order_relaxed) &
                                    ~Event::pending_flag);
}

// Goes on where it stopped the last time: each event is visited once, so unregistering many pending
// events stays linear, also while others keep posting.
void ReadyQueue::link_backwards() noexcept {
    Event* previous = linked_;
    Event* event = linked_ == nullptr ? first_ : linked_->next_;
    for (; event != nullptr; event = event->next_) {
        // A store would hide from the handler what the posters before it have released; any
        // read-modify-write, also a relaxed one, hands it on. Only this thread reads the link.
        event->state_.exchange(reinterpret_cast<std::uintptr_t>(previous) | Event::pending_flag,
                               std::memory_order_relaxed);
        previous = event;
    }
    linked_ = last_;
}

void ReadyQueue::unlink(Event& event) noexcept {
    // What the first event knows of the one before it is stale: that one has been delivered.
    Event* const previous = &event == first_ ? nullptr : previous_of(event);
    if (previous == nullptr) {
        first_ = event.next_;
    } else {
        previous->next_ = event.next_;
    }
    if (event.next_ == nullptr) {
        last_ = previous;
    } else {
        event.next_->state_.exchange(reinterpret_cast<std::uintptr_t>(previous) |
                                         Event::pending_flag,
                                     std::memory_order_relaxed);
    }
    if (turn_end_ == &event) {
        turn_end_ = previous;
    }
    if (linked_ == &event) {
        linked_ = previous;
    }
    event.state_.store(0, std::memory_order_relaxed);
}

}  // namespace tocsin::core
