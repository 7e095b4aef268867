// Arming, firing and cancelling. Private to tocsin/core.
#include <tocsin/core/wait_queue.h>

#include <thread>
#include <utility>

#include <tocsin/base/check.h>

namespace tocsin::core {

// One trigger while it calls sinks. It lives on the stack of the triggering thread.
struct WaitQueue::Firing {
    base::List<Arm> arms;         // collected and not called yet
    const Arm* called = nullptr;  // whose sink is running now
    bool called_is_gone = false;  // that sink has destroyed its own arm
    bool tells_hang_up = false;   // that sink has been told that the queue is closed
    std::uint64_t called_owner = 0;
    std::thread::id thread = std::this_thread::get_id();
    Firing* next = nullptr;
};

Arm::~Arm() {
    if (WaitQueue* const queue = queue_.load(std::memory_order_acquire)) {
        queue->forget(*this);
    }
}

void Arm::set_sink(Sink sink, std::uint64_t owner) noexcept {
    base::check(state_ == State::idle, "Arm::set_sink: the arm is armed; cancel it first");
    sink_ = sink;
    owner_ = owner;
}

// What identifies this arming, or zero when the queue is closed.
std::uint64_t WaitQueue::insert(Arm& arm, Condition condition, std::int64_t threshold) noexcept {
    std::unique_lock lock{mutex_};
    check_tied_here_locked(
        arm, "WaitQueue::arm: the arm is armed in another queue; cancel it there first");
    const Firing* const runner = runner_of_locked(arm);
    if (runner != nullptr && runner->tells_hang_up && runs_here(*runner)) {
        // Its sink is being told of the hang-up: once more would be without end.
        return 0;
    }
    if (take_out_locked(arm)) {
        ++counters_.replaced;
    }
    ++counters_.armed;
    arm_locked(arm, condition, std::max(threshold, std::int64_t{1}));
    if (!closed_) {
        return arm.sequence_;
    }
    Firing firing;
    collect_locked(index_of(condition), INT64_MAX, firing);
    call_sinks(lock, firing);
    return 0;
}

// Takes back this very arming, for which nothing is to be done when another one has replaced it or
// somebody has cancelled it. False when its sink, or that of a later arming, has been called.
bool WaitQueue::take_back(Arm& arm, std::uint64_t sequence) noexcept {
    std::unique_lock lock{mutex_};
    for (const Firing* runner = nullptr; arm.fired_ >= sequence; await_sink(lock)) {
        runner = runner_of_locked(arm);
        if (runner == nullptr || runs_here(*runner)) {
            return false;
        }
    }
    if (arm.sequence_ == sequence && take_out_locked(arm)) {
        ++counters_.cancelled;
        untie_locked(arm);
    }
    return true;
}

void WaitQueue::check_tied_here_locked(const Arm& arm, const char* message) const noexcept {
    const WaitQueue* const tied_to = arm.queue_.load(std::memory_order_relaxed);
    base::check(tied_to == nullptr || tied_to == this, message);
}

void WaitQueue::arm_locked(Arm& arm, Condition condition, std::int64_t threshold) noexcept {
    arm.queue_.store(this, std::memory_order_relaxed);
    arm.condition_ = condition;
    arm.threshold_ = threshold;
    // Also greater than what the arm was given in another queue: take_back() tells its armings by
    // it.
    next_sequence_ = std::max(next_sequence_, arm.sequence_ + 1);
    arm.sequence_ = next_sequence_++;
    arm.state_ = Arm::State::armed;
    ++counters_.armed_now;
    heaps_[index_of(condition)].add(arm);
    publish_lowest_locked(index_of(condition));
}

// A read-modify-write, as the look in trigger() is one: whichever comes second sees the first. A
// trigger that sees the arm goes on to the lock, which orders the rest; an arm that comes second
// acquires what the trigger has released, so its look sees the new state.
void WaitQueue::publish_lowest_locked(std::size_t index) noexcept {
    const Arm* const first = heaps_[index].first();
    lowest_[index].exchange(first == nullptr ? nobody : first->threshold_,
                            std::memory_order_acquire);
}

bool WaitQueue::take_out_locked(Arm& arm) noexcept {
    const Arm::State state = std::exchange(arm.state_, Arm::State::idle);
    if (state == Arm::State::armed) {
        const std::size_t index = index_of(arm.condition_);
        heaps_[index].remove(arm);
        publish_lowest_locked(index);
    }
    if (state == Arm::State::firing) {
        arm.unlink();
    }
    if (state == Arm::State::idle) {
        return false;
    }
    --counters_.armed_now;
    return true;
}

bool WaitQueue::cancel(Arm& arm) noexcept {
    std::unique_lock lock{mutex_};
    check_tied_here_locked(arm, "WaitQueue::cancel: the arm is armed in another queue; call "
                                "cancel() of that one");
    return cancel_locked(lock, arm);
}

bool WaitQueue::cancel_locked(std::unique_lock<std::mutex>& lock, Arm& arm) noexcept {
    bool taken = take_out_locked(arm);
    const Firing* runner = runner_of_locked(arm);
    while (runner != nullptr && !runs_here(*runner)) {
        await_sink(lock);
        // Its sink may have armed it again.
        taken = take_out_locked(arm) || taken;
        runner = runner_of_locked(arm);
    }
    counters_.cancelled += taken ? 1U : 0U;
    untie_locked(arm);
    return taken;
}

// As cancel(), for the end of the arm.
void WaitQueue::forget(Arm& arm) noexcept {
    std::unique_lock lock{mutex_};
    cancel_locked(lock, arm);
    if (Firing* const runner = runner_of_locked(arm)) {
        runner->called_is_gone = true;
    }
}

void WaitQueue::await_sink(std::unique_lock<std::mutex>& lock) noexcept {
    ++cancellers_waiting_;
    sink_returned_.wait(lock);
    --cancellers_waiting_;
}

// Inside its own sink it stays tied, so that who destroys it in another thread waits for that sink.
void WaitQueue::untie_locked(Arm& arm) noexcept {
    if (arm.state_ == Arm::State::idle && runner_of_locked(arm) == nullptr) {
        arm.queue_.store(nullptr, std::memory_order_release);
    }
}

bool WaitQueue::is_armed(const Arm& arm) const noexcept {
    const std::lock_guard lock{mutex_};
    return arm.queue_.load(std::memory_order_relaxed) == this && arm.state_ == Arm::State::armed;
}

// The trigger that is calling the arm's sink now, or nullptr. There is never more than one.
WaitQueue::Firing* WaitQueue::runner_of_locked(const Arm& arm) const noexcept {
    Firing* firing = firings_;
    while (firing != nullptr && firing->called != &arm) {
        firing = firing->next;
    }
    return firing;
}

bool WaitQueue::runs_here(const Firing& firing) noexcept {
    return firing.thread == std::this_thread::get_id();
}

bool WaitQueue::runs_elsewhere_locked(std::uint64_t owner) const noexcept {
    const Firing* firing = firings_;
    while (firing != nullptr &&
           (firing->called == nullptr || firing->called_owner != owner || runs_here(*firing))) {
        firing = firing->next;
    }
    return firing != nullptr;
}

void WaitQueue::trigger(Condition condition, std::int64_t available) noexcept {
    const std::size_t index = index_of(condition);
    if (!reaches(available, lowest_[index].fetch_add(0, std::memory_order_release))) {
        return;
    }
    std::unique_lock lock{mutex_};
    Firing firing;
    collect_locked(index, available, firing);
    call_sinks(lock, firing);
}

void WaitQueue::collect_locked(std::size_t index, std::int64_t available, Firing& firing) noexcept {
    ArmHeap& heap = heaps_[index];
    bool in_order = true;
    std::uint64_t last = 0;
    while (heap.first() != nullptr && heap.first()->threshold_ <= available) {
        Arm& arm = *heap.first();
        heap.remove(arm);
        arm.state_ = Arm::State::firing;
        in_order = in_order && arm.sequence_ >= last;
        last = arm.sequence_;
        firing.arms.push_back(arm);
    }
    publish_lowest_locked(index);
    if (!in_order) {
        firing.arms.sort(
            [](const Arm& left, const Arm& right) { return left.sequence_ < right.sequence_; });
    }
}

void WaitQueue::call_sinks(std::unique_lock<std::mutex>& lock, Firing& firing) noexcept {
    firing.next = std::exchange(firings_, &firing);
    while (!firing.arms.empty()) {
        Arm& arm = firing.arms.pop_front();
        // A sink never runs twice at once: who is calling it now calls it again then.
        if (Firing* const runner = runner_of_locked(arm)) {
            runner->arms.push_back(arm);
        } else {
            call_sink(lock, firing, arm);
        }
    }
    Firing** link = &firings_;
    while (*link != &firing) {
        link = &(*link)->next;
    }
    *link = firing.next;
}

// Idle before its sink is called, so that the sink may arm it again, or free it.
void WaitQueue::call_sink(std::unique_lock<std::mutex>& lock, Firing& firing, Arm& arm) noexcept {
    ++counters_.fired;
    --counters_.armed_now;
    arm.state_ = Arm::State::idle;
    arm.fired_ = arm.sequence_;
    firing.called = &arm;
    firing.called_is_gone = false;
    firing.tells_hang_up = closed_;
    firing.called_owner = arm.owner_;
    const Sink sink = arm.sink_;
    const Conditions told = closed_ ? Conditions{Condition::hang_up} : Conditions{arm.condition_};
    lock.unlock();
    sink(told);
    lock.lock();
    firing.called = nullptr;
    if (!firing.called_is_gone) {
        untie_locked(arm);
    }
    if (cancellers_waiting_ > 0) {
        sink_returned_.notify_all();
    }
}

void WaitQueue::collect_owned_locked(std::uint64_t owner, Conditions conditions,
                                     base::List<Arm>& owned) noexcept {
    conditions.for_each([&](Condition condition) {
        base::List<Arm> found;
        heaps_[index_of(condition)].for_each([&](Arm& arm) {
            if (arm.owner_ == owner) {
                found.push_back(arm);
            }
        });
        for (Arm* arm = found.first(); arm != nullptr; arm = found.next_of(*arm)) {
            heaps_[index_of(condition)].remove(*arm);
            arm->state_ = Arm::State::firing;
        }
        publish_lowest_locked(index_of(condition));
        owned.splice_back(found);
    });
}

std::size_t WaitQueue::cancel_all(std::uint64_t owner) noexcept {
    std::unique_lock lock{mutex_};
    std::size_t count = take_out_owned_locked(owner);
    while (runs_elsewhere_locked(owner)) {
        await_sink(lock);
        count += take_out_owned_locked(owner);
    }
    counters_.cancelled += count;
    return count;
}

std::size_t WaitQueue::take_out_owned_locked(std::uint64_t owner) noexcept {
    base::List<Arm> owned;
    collect_owned_locked(owner, Conditions::from_bits(~0U), owned);
    for (Firing* firing = firings_; firing != nullptr; firing = firing->next) {
        base::List<Arm> others;
        while (!firing->arms.empty()) {
            Arm& arm = firing->arms.pop_front();
            (arm.owner_ == owner ? owned : others).push_back(arm);
        }
        firing->arms.splice_back(others);
    }
    std::size_t count = 0;
    for (; !owned.empty(); ++count) {
        Arm& arm = owned.pop_front();
        arm.state_ = Arm::State::idle;
        untie_locked(arm);
    }
    counters_.armed_now -= count;
    return count;
}

void WaitQueue::trigger_all(std::uint64_t owner, Conditions conditions) noexcept {
    std::unique_lock lock{mutex_};
    Firing firing;
    collect_owned_locked(owner, conditions, firing.arms);
    firing.arms.sort(
        [](const Arm& left, const Arm& right) { return left.sequence_ < right.sequence_; });
    call_sinks(lock, firing);
}

void WaitQueue::close() noexcept {
    std::unique_lock lock{mutex_};
    closed_ = true;
    Firing firing;
    for (std::size_t index = 0; index < heaps_.size(); ++index) {
        collect_locked(index, INT64_MAX, firing);
    }
    firing.arms.sort(
        [](const Arm& left, const Arm& right) { return left.sequence_ < right.sequence_; });
    call_sinks(lock, firing);
}

WaitQueue::Counters WaitQueue::counters() const {
    const std::lock_guard lock{mutex_};
    return counters_;
}

}  // namespace tocsin::core
