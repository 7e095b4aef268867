// The turn of a loop. Private to tocsin/core.
#include <tocsin/core/loop.h>

#include <algorithm>
#include <utility>

#include <tocsin/core/loop_state.h>

namespace tocsin::core {

namespace {

// How long a busy loop goes without a look at its descriptors.
constexpr base::Duration unlooked_max = std::chrono::microseconds{50};
constexpr std::uint32_t turns_unlooked_max = 256;

}  // namespace

bool Loop::is_of_this_process() const noexcept {
    return state_->is_of_this_process();
}

::pid_t Loop::thread_id() const noexcept {
    return state_->thread_id.load(std::memory_order_relaxed);
}

void Loop::check_thread(const char* call) const noexcept {
    state_->check_thread(call);
}

void Loop::check_usable(const char* call) const noexcept {
    state_->check_usable(call);
}

const char* Loop::waits_with() const noexcept {
    return state_->poller->name();
}

std::uint64_t Loop::turn_number() const noexcept {
    return state_->turn_number;
}

// However a half of a turn is left, what it knew of the time is old afterwards.
struct Loop::Turning {
    explicit Turning(State& of) noexcept : state{of} { state.turning = true; }
    Turning(const Turning&) = delete;
    Turning& operator=(const Turning&) = delete;
    ~Turning() { state.time_is_fresh = state.turning = state.delivering_tasks = false; }
    State& state;
};

void Loop::run() {
    adopt("Loop::run");
    while (!take_stop()) {
        state_->check_process("Loop::run");  // a handler may have forked
        wait_and_deliver(Wait::yes, deliver_due());
        make_short_turns();
    }
}

// Makes the turns to come as long as nothing but tasks and events waits: phases 2 and 4, without a
// look at what the others are about at the beginning, which costs more than a delivery.
void Loop::make_short_turns() {
    State& state = *state_;
    while (!stopping_ && short_turn_will_do() && state.turns_unlooked + 1 < turns_unlooked_max) {
        state.check_process("Loop::run");
        const Turning turning{state};
        ++state.turns_unlooked;
        state.had_events = false;
        deliver_tasks();
        state.time_is_fresh = false;
        state.clock.waited();
        if (!std::exchange(state.had_events, false)) {
            deliver_events();
        }
        if (!state.collected.ready.empty()) {
            deliver_watches();  // a handler has registered one, and reported for it
        }
    }
}

bool Loop::short_turn_will_do() const noexcept {
    const State& state = *state_;
    return (!state.ready.empty() || !state.tasks.empty()) && !time_matters() &&
           state.tasks_of_turn.empty() && state.due_timers.empty() &&
           state.changed_watches.empty() && state.collected.ready.empty() &&
           state.watches_of_turn.empty();
}

void Loop::run_until_idle() {
    adopt("Loop::run_until_idle");
    bool delivered = true;
    while (!take_stop() && (delivered || busy())) {
        delivered = turn(Wait::no);
    }
}

bool Loop::take_stop() noexcept {
    return std::exchange(stopping_, false);
}

void Loop::adopt(const char* call) noexcept {
    if (is_of_this_process()) {
        state_->thread = own_thread();
        state_->thread_id.store(own_thread_id(), std::memory_order_relaxed);
    }
    check_usable(call);
}

bool Loop::turn(Wait wait) {
    adopt("Loop::turn");
    return wait_and_deliver(wait, deliver_due());
}

bool Loop::deliver_due() {
    const Turning turning{*state_};
    state_->had_events = false;
    state_->time_is_fresh = false;  // a handler of this turn may have called for another
    state_->time_is_of_turn = time_matters();
    if (state_->time_is_of_turn) {
        read_time();
    }
    bool delivered = deliver_timers();
    delivered |= deliver_tasks();
    return delivered;
}

bool Loop::wait_and_deliver(Wait wait, bool delivered) {
    const Turning turning{*state_};
    wait_and_collect(wait, delivered);
    state_->clock.waited();
    if (!std::exchange(state_->had_events, false)) {
        delivered |= deliver_events();
    }
    delivered |= deliver_watches();
    return delivered;
}

bool Loop::deliver_events_early() {
    if (std::exchange(state_->had_events, true)) {
        return false;
    }
    return deliver_events();
}

base::Time Loop::now() noexcept {
    if (!state_->time_is_fresh) {
        read_time();
    }
    return state_->time;
}

base::Time Loop::refresh_time() noexcept {
    state_->time = state_->clock.refresh();
    state_->time_is_fresh = state_->turning;
    return state_->time;
}

// Reading it takes longer than all else that a turn does.
bool Loop::time_matters() const noexcept {
    return state_->timers.waits() || state_->watches > 0;
}

// Outside of a turn nothing says when it is over, so the time does not stay fresh there.
void Loop::read_time() noexcept {
    state_->time = state_->clock.now();
    state_->time_is_fresh = state_->turning;
}

bool Loop::deliver_timers() {
    State& state = *state_;
    const base::Time now = state.time;
    bool any = false;
    bool more = state.timers.may_be_due(now);
    do {
        more = more && state.timers.collect(now, state.due_timers);
        any = any || !state.due_timers.empty();
        while (!state.due_timers.empty()) {
            Timer& timer = state.due_timers.pop_front();
            --registered_;
            const base::Callback<> handler = timer.handler_;
            handler();
        }
    } while (more);
    return any;
}

bool Loop::deliver_tasks() {
    State& state = *state_;
    ++state.turn_number;
    state.delivering_tasks = true;
    state.tasks_of_turn.splice_back(state.tasks);
    const bool any = !state.tasks_of_turn.empty();
    while (!state.tasks_of_turn.empty()) {
        Task& task = state.tasks_of_turn.pop_front();
        task.delivered_in_ = state.turn_number;
        --registered_;
        const base::Callback<> handler = task.handler_;
        handler();
    }
    state.delivering_tasks = false;
    return any;
}

bool Loop::deliver_events() {
    state_->ready.begin_turn();
    base::Callback<> handler;
    bool any = false;
    while (state_->ready.next_of_turn(handler)) {
        any = true;
        handler();
    }
    return any;
}

bool Loop::deliver_watches() {
    State& state = *state_;
    state.watches_of_turn.splice_back(state.collected.ready);
    const bool any = !state.watches_of_turn.empty();
    while (!state.watches_of_turn.empty()) {
        Watch& watch = state.watches_of_turn.pop_front();
        const Conditions ready = Poller::wanted(watch, std::exchange(watch.ready_, {}));
        if (ready.any()) {
            const base::Callback<Conditions> handler = watch.handler_;
            handler(ready);
        }
    }
    return any;
}

// What an exception of a handler left behind counts as well.
bool Loop::busy() const noexcept {
    const State& state = *state_;
    return !state.ready.empty() || !state.tasks.empty() || !state.tasks_of_turn.empty() ||
           !state.due_timers.empty() || state.timers.may_be_due(state.time) ||
           !state.collected.ready.empty() || !state.watches_of_turn.empty();
}

// Sleeping looks at the descriptors anyway. A loop that has work left looks now and then, so that
// work which renews itself neither starves descriptors nor pays a system call for every turn. One
// that has no descriptors looks as a point of cancellation only.
bool Loop::should_look() noexcept {
    State& state = *state_;
    const bool wanted = state.watches > 0 && (state.looks_in_every_turn || !state.clock.passes() ||
                                              state.time - state.looked_at >= unlooked_max);
    const bool look = wanted || ++state.turns_unlooked >= turns_unlooked_max;
    if (look) {
        state.looked_at = state.time;
        state.turns_unlooked = 0;
    }
    return look;
}

// A turn that has delivered something returns without a sleep, so that its caller can look at what
// came of it.
void Loop::wait_and_collect(Wait wait, bool delivered) {
    State& state = *state_;
    if (!state.time_is_of_turn && state.timers.waits()) {
        read_time();  // a timer was armed since
    }
    state.time_is_fresh = false;  // also for a turn that leaves the wait out
    tell_changes();
    const bool sleep = wait == Wait::yes && !delivered && !stopping_ && !busy() && fall_asleep();
    if (sleep || (!delivered && !busy()) || should_look()) {
        look(sleep);
    }
}

// False when something has come before it could.
bool Loop::fall_asleep() noexcept {
    State& state = *state_;
    if (state.spin.wanted()) {
        state.spin.until([&] { return !state.ready.empty(); },
                         time_left().value_or(base::Duration::max()));
        state.time_is_fresh = false;
    }
    if (state.ready.fall_asleep()) {
        return true;
    }
    state.spin.ended(true);
    return false;
}

void Loop::look(bool sleep) {
    State& state = *state_;
    state.asleep = sleep;
    state.poller->wait(sleep ? time_left() : base::Duration::zero(), state.collected);
    const bool posted = end_sleep();
    if (sleep) {
        state.spin.ended(posted);
        // Nothing was pending, so what is now has arrived in the sleep, and goes before
        // descriptors.
        state.had_events = false;
    }
    state.changed_watches.splice_back(state.collected.disarmed);
    if (state.collected.rung && state.poller->needs_draining(state.bell)) {
        state.rings_taken += state.bell.drain();
    }
    state.collected.rung = false;
    state.time_is_fresh = false;
}

// Whether a poster has ended the sleep: it rings, also when the thread was cancelled meanwhile.
bool Loop::end_sleep() noexcept {
    State& state = *state_;
    const bool posted = std::exchange(state.asleep, false) && state.ready.wake_up();
    state.rings_owed += posted ? 1 : 0;
    return posted;
}

// Until the next timer, by a fresh clock: the handlers of this turn may have taken long.
std::optional<base::Duration> Loop::time_left() noexcept {
    const std::optional<base::Time> next = state_->timers.next_look();
    if (!next || !state_->clock.passes()) {
        return std::nullopt;
    }
    return std::max(*next - refresh_time(), base::Duration::zero());
}

void Loop::tell_changes() {
    State& state = *state_;
    while (!state.changed_watches.empty()) {
        Watch& watch = state.changed_watches.pop_front();
        if (state.poller->update(watch)) {
            Poller::collect(watch, Condition::error, state.collected);
        }
    }
}

}  // namespace tocsin::core
