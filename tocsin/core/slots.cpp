// What slots ask of their loop. Private to tocsin/core.
#include <utility>

#include <tocsin/base/check.h>
#include <tocsin/core/loop_state.h>

namespace tocsin::core {

Event::Event(Loop& loop, base::Callback<> handler) noexcept : handler_{handler} {
    register_with(loop);
}

Event::~Event() {
    unregister();
}

void Event::register_with(Loop& loop) noexcept {
    base::check(loop_ == nullptr, "Event::register_with: the event is registered already; "
                                  "unregister it first");
    loop.state_->check_usable("Event::register_with");
    ++loop.registered_;
    loop_ = &loop;
}

void Event::unregister() noexcept {
    if (loop_ == nullptr) {
        return;
    }
    if (loop_->state_->is_of_this_process()) {
        loop_->state_->check_thread("Event::unregister");
        loop_->state_->ready.remove(*this);
        --loop_->registered_;
    } else {
        // What was pending, or about to be, at the fork is the parent's.
        state_.store(0, std::memory_order_relaxed);
    }
    loop_ = nullptr;
}

void Event::post() noexcept {
    Loop* const loop = loop_;
    if (loop != nullptr && ReadyQueue::post(*this, loop->state_->ready)) {
        loop->ring();
    }
}

void Timer::arm(Loop& loop, base::Time deadline) noexcept {
    loop.state_->check_usable("Timer::arm");
    cancel();
    deadline_ = deadline;
    loop_ = &loop;
    ++loop.registered_;
    loop.state_->timers.add(*this);
}

void Timer::cancel() noexcept {
    if (!linked()) {
        return;
    }
    loop_->state_->check_thread("Timer::cancel");
    unlink();
    --loop_->registered_;
}

void Task::schedule(Loop& loop) noexcept {
    loop.state_->check_usable("Task::schedule");
    if (!linked()) {
        loop_ = &loop;
        ++loop.registered_;
        loop.state_->tasks.push_back(*this);
    }
}

void Task::join_turn(Loop& loop) noexcept {
    Loop::State& state = *loop.state_;
    if (linked() || !state.delivering_tasks || delivered_in_ == state.turn_number) {
        schedule(loop);
        return;
    }
    loop.state_->check_usable("Task::join_turn");
    loop_ = &loop;
    ++loop.registered_;
    state.tasks_of_turn.push_back(*this);
}

void Task::cancel() noexcept {
    if (linked()) {
        loop_->state_->check_thread("Task::cancel");
        unlink();
        --loop_->registered_;
    }
}

std::error_code Watch::register_with(Loop& loop, int descriptor, Conditions interest, Wakes wakes) {
    base::check(loop_ == nullptr, "Watch::register_with: the watch is registered already; "
                                  "unregister it first");
    loop.state_->check_usable("Watch::register_with");
    const int descriptor_before = std::exchange(descriptor_, descriptor);
    const Conditions interest_before = std::exchange(interest_, interest);
    wakes_ = wakes;
    if (const std::error_code error = loop.state_->poller->add(*this)) {
        descriptor_ = descriptor_before;
        interest_ = interest_before;
        return error;
    }
    loop_ = &loop;
    ++loop.registered_;
    ++loop.state_->watches;
    return {};
}

void Watch::unregister() noexcept {
    if (loop_ == nullptr) {
        return;
    }
    base::Link<ReadyWatches>::unlink();
    base::Link<ChangedWatches>::unlink();
    ready_ = {};
    if (loop_->state_->is_of_this_process()) {
        loop_->state_->check_thread("Watch::unregister");
        loop_->state_->poller->remove(*this);
        --loop_->registered_;
        --loop_->state_->watches;
    }
    loop_ = nullptr;
}

void Watch::deliver_next(Conditions rest) noexcept {
    base::check(loop_ != nullptr, "Watch::deliver_next: the watch is not registered; call it "
                                  "inside the handler, before anything that unregisters");
    ready_ |= rest;
    if (rest.any() && !base::Link<ReadyWatches>::linked()) {
        loop_->state_->watches_of_turn.push_front(*this);
    }
}

void Watch::report(Conditions conditions) noexcept {
    base::check(loop_ != nullptr, "Watch::report: the watch is not registered; register it first");
    loop_->state_->check_thread("Watch::report");
    ready_ |= conditions;
    if (!base::Link<ReadyWatches>::linked()) {
        loop_->state_->collected.ready.push_back(*this);
    }
}

void Watch::set_interest(Conditions interest) noexcept {
    base::check(loop_ != nullptr, "Watch::set_interest: the watch is not registered; pass the "
                                  "interest to register_with()");
    loop_->state_->check_thread("Watch::set_interest");
    interest_ = interest;
    switched_off_ = switched_off_ || !interest.any();
    if (!base::Link<ChangedWatches>::linked()) {
        loop_->state_->changed_watches.push_back(*this);
    }
}

}  // namespace tocsin::core
