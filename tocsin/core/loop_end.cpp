// How a loop ends, or goes on in a forked child, while posters may be on their way out of it.
// Private to tocsin/core.
#include <poll.h>
#include <utility>

#include <tocsin/base/check.h>
#include <tocsin/core/loop_state.h>
#include <tocsin/core/signal_table.h>

namespace tocsin::core {

Loop::~Loop() {
    if (is_of_this_process()) {
        check_thread("~Loop");
        base::check(registered_count() == 0,
                    "~Loop: something is still registered with the loop; unregister, cancel or "
                    "destroy every slot before its loop");
        await_posters();
    }
    stop_event_.unregister();
}

void Loop::abandon_slots() noexcept {
    check_thread("Loop::abandon_slots");
    end_sleep();
    SignalTable::of_process().abandon(*this);
    State& state = *state_;
    state.timers.forget();
    state.due_timers.forget();
    state.tasks.forget();
    state.tasks_of_turn.forget();
    state.collected.ready.forget();
    state.collected.disarmed.forget();
    state.watches_of_turn.forget();
    state.changed_watches.forget();
    state.ready.forget();
    registered_ = 1;
}

void Loop::retire() noexcept {
    abandon_slots();
    if (is_of_this_process()) {
        await_posters();
    }
    state_->bell.close();
    state_->poller.reset();
}

std::error_code Loop::continue_in_child() noexcept {
    State& state = *state_;
    if (is_of_this_process()) {
        return {};
    }
    WakeChannel bell;
    if (const std::error_code error = bell.open()) {
        return error;
    }
    std::swap(bell, state.bell);
    if (const std::error_code error = state.poller->renew()) {
        std::swap(bell, state.bell);
        return error;
    }
    state.rings_owed = state.rings_taken = 0;
    state.ready.outlive_posters();
    state.fork_generation = base::fork_generation();
    state.thread = own_thread();
    state.thread_id.store(own_thread_id(), std::memory_order_relaxed);
    return {};
}

// The poster that ended a sleep may be anywhere between that and its ring, which is the last thing
// it does to the loop: that it has begun tells the loop that its memory is not touched any more.
void Loop::ring() noexcept {
    if (is_of_this_process()) {
        const int descriptor = state_->bell.posting_descriptor();
        const WakeMedium medium = state_->bell.medium();
        state_->rings_begun.fetch_add(1, std::memory_order_release);
        post_to(descriptor, medium);
    }
}

// A poster rings after its event has become visible, so the handler of that very event may have led
// here while the poster has not rung yet. models/loop_gone.pml.
void Loop::await_posters() noexcept {
    State& state = *state_;
    end_sleep();
    state.rings_taken += state.bell.drain();
    while (state.rings_taken < state.rings_owed) {
        pollfd entry{.fd = state.bell.reading_descriptor(), .events = POLLIN, .revents = 0};
        ::poll(&entry, 1, -1);
        state.rings_taken += state.bell.drain();
    }
    // Whoever has rung has begun to, so what it read of the loop happened before this.
    [[maybe_unused]] const std::uint64_t begun = state.rings_begun.load(std::memory_order_acquire);
}

}  // namespace tocsin::core
