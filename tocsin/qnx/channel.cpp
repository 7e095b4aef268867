// Receiving, and what there is to receive. Private to tocsin/qnx.
#include <tocsin/qnx/channel.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <tocsin/base/uncancelled.h>
#include <tocsin/qnx/calls.h>
#include <tocsin/qnx/channel_waiter.h>
#include <tocsin/qnx/random.h>
#include <tocsin/qnx/section.h>

namespace tocsin::qnx {

namespace {

constexpr std::size_t pulses_queued_max = 1U << 16U;

bool stands_alone(const Pulse& pulse) noexcept {
    return pulse.whole == nullptr;
}

}  // namespace

RoomListener::~RoomListener() = default;

Channel::Channel(int chid, unsigned flags) noexcept
    : chid_{chid}, flags_{flags}, token_{random_number<std::uint64_t>()} {}

Channel::~Channel() {
    while (Pulse* const pulse = pulses_.first()) {
        pulses_.remove(*pulse);
        discard_locked(*pulse);
    }
}

bool Channel::try_receive(Received& received, Wanted wanted) {
    const SectionLock lock{mutex_};
    return !destroyed_ && take_locked(received, wanted);
}

bool Channel::is_destroyed() noexcept {
    const SectionLock lock{mutex_};
    return destroyed_;
}

void Channel::set_watchers(std::shared_ptr<const std::atomic<int>> watchers) noexcept {
    const SectionLock lock{mutex_};
    watchers_ = std::move(watchers);
}

int Channel::receive(Received& received, Wanted wanted, Timeout timeout) {
    SectionLock lock{mutex_};
    if (destroyed_) {
        return ESRCH;
    }
    if (take_locked(received, wanted)) {
        return 0;
    }
    Waiter waiter{*this, received, wanted};
    waiters_.push_back(waiter);
    lock.unlock();
    return waiter.wait(timeout);
}

int Channel::descriptor() noexcept {
    const SectionLock lock{mutex_};
    if (!waking_.is_open()) {
        if (const std::error_code error = waking_.open()) {
            errno = error.value();
            return -1;
        }
        show_locked();
    }
    return waking_.reading_descriptor();
}

int Channel::send(QueuedCall& call) noexcept {
    Woken woken;
    const SectionLock lock{mutex_};
    if (destroyed_) {
        return ESRCH;
    }
    call.order = next_order_++;
    calls_.push_back(call);
    hand_over_locked(woken);
    return 0;
}

bool Channel::withdraw(QueuedCall& call) noexcept {
    const SectionLock lock{mutex_};
    if (!static_cast<base::Link<>&>(call).linked()) {
        return false;
    }
    calls_.remove(call);
    show_locked();
    return true;
}

int Channel::pulse(const PulseContent& content) noexcept {
    Woken woken;
    const SectionLock lock{mutex_};
    if (destroyed_) {
        return ESRCH;
    }
    if (content.only_if_awaited && !awaited_locked()) {
        return 0;
    }
    Pulse* const pulse = new_pulse_locked();
    if (pulse == nullptr) {
        return EAGAIN;
    }
    fill_locked(*pulse, content, woken);
    return 0;
}

void Channel::pulse(Pulse& pulse, const PulseContent& content,
                    std::shared_ptr<void> whole) noexcept {
    Woken woken;
    const SectionLock lock{mutex_};
    if (destroyed_ || pulse.linked()) {
        return;
    }
    pulse.whole = std::move(whole);
    fill_locked(pulse, content, woken);
}

void Channel::withdraw(Pulse& pulse) noexcept {
    std::shared_ptr<void> whole;  // goes without the lock
    const SectionLock lock{mutex_};
    if (pulse.linked()) {
        pulses_.remove(pulse);
        whole = std::move(pulse.whole);
        show_locked();
    }
}

void Channel::fill_locked(Pulse& pulse, const PulseContent& content, Woken& woken) noexcept {
    pulse.content = {};
    pulse.content.code = static_cast<signed char>(content.code);
    pulse.content.value = content.value;
    pulse.content.scoid = content.scoid;
    pulse.priority = content.priority;
    pulse.order = next_order_++;
    pulses_.push_back(pulse);
    hand_over_locked(woken);
}

// What is waited for goes to the thread that has waited longest.
void Channel::hand_over_locked(Woken& woken) noexcept {
    Waiter* next = nullptr;
    for (Waiter* waiter = waiters_.first(); waiter != nullptr && something_locked();
         waiter = next) {
        next = waiters_.next_of(*waiter);
        if (take_locked(waiter->received(), waiter->wanted())) {
            waiter->unlink();
            woken.finish(*waiter, 0);
        }
    }
    show_locked();
}

bool Channel::take_locked(Received& received, Wanted wanted) noexcept {
    for (;;) {
        Pulse* const pulse = pulses_.first();
        QueuedCall* const call = wanted == Wanted::everything ? calls_.first() : nullptr;
        if (pulse != nullptr &&
            (call == nullptr || pulse->priority > call->priority ||
             (pulse->priority == call->priority && pulse->order < call->order))) {
            take_pulse_locked(*pulse, received);
            return true;
        }
        if (call == nullptr) {
            return false;
        }
        if (take_call_locked(*call, received)) {
            return true;
        }
    }
}

void Channel::take_pulse_locked(Pulse& pulse, Received& received) noexcept {
    pulses_.remove(pulse);
    received.rcvid = 0;
    received.pulse = pulse.content;
    received.priority = pulse.priority;
    received.order = pulse.order;
    discard_locked(pulse);
    show_locked();
    if (!listeners_.empty() && pulses_.count() <= pulses_queued_max / 2) {
        tell_of_room_locked();
    }
}

void Channel::when_room(std::weak_ptr<RoomListener> listener) {
    const SectionLock lock{mutex_};
    listeners_.push_back(std::move(listener));
    if (destroyed_ || pulses_.count() < pulses_queued_max) {
        tell_of_room_locked();
    }
}

void Channel::tell_of_room_locked() noexcept {
    for (const std::weak_ptr<RoomListener>& known : listeners_) {
        if (const std::shared_ptr<RoomListener> listener = known.lock()) {
            listener->room();
        }
    }
    listeners_.clear();
}

bool Channel::take_call_locked(QueuedCall& call, Received& received) noexcept {
    std::shared_ptr<QueuedCall> taken = call.shared_from_this();
    calls_.remove(call);
    show_locked();
    const int rcvid = Calls::enter(taken);
    if (rcvid < 0) {
        call.fail(-rcvid);
        return false;
    }
    call.received(rcvid);
    received.rcvid = rcvid;
    received.call = std::move(taken);
    return true;
}

// It was the first to be received when it was, so it is the first again.
void Channel::put_back_locked(Received& received, Woken& woken) noexcept {
    if (destroyed_) {
        return;
    }
    if (received.rcvid == 0) {
        if (Pulse* const pulse = new_pulse_locked()) {
            pulse->content = received.pulse;
            pulse->priority = received.priority;
            pulse->order = received.order;
            pulses_.push_front(*pulse);
        }
    } else if (Calls::take(received.rcvid) != nullptr && received.call->returned()) {
        calls_.push_front(*received.call);
    }
    hand_over_locked(woken);
}

Pulse* Channel::new_pulse_locked() noexcept {
    if (pulses_.count() >= pulses_queued_max) {
        return nullptr;
    }
    return pool_.take();
}

void Channel::discard_locked(Pulse& pulse) noexcept {
    if (stands_alone(pulse)) {
        pool_.give_back(pulse);
    } else {
        pulse.whole.reset();
    }
}

void Channel::show_locked() noexcept {
    const bool show = something_locked() || destroyed_;
    if (show == shown_ || !waking_.is_open()) {
        return;
    }
    const base::Uncancelled here;
    shown_ = show;
    if (show) {
        waking_.post();
    } else {
        waking_.drain();
    }
}

bool Channel::add_client(const std::shared_ptr<Client>& client) {
    const SectionLock lock{mutex_};
    if (!destroyed_) {
        clients_.push_back(client);
    }
    return !destroyed_;
}

void Channel::remove_client(const Client& client) noexcept {
    std::shared_ptr<Client> gone;  // goes without the lock
    const SectionLock lock{mutex_};
    const auto found =
        std::ranges::find(clients_, &client, [](const auto& known) { return known.get(); });
    if (found != clients_.end()) {
        gone = std::move(*found);
        clients_.erase(found);
    }
}

void Channel::destroy() noexcept {
    std::vector<std::shared_ptr<Client>> clients;
    {
        Woken woken;
        const SectionLock lock{mutex_};
        destroyed_ = true;
        while (!waiters_.empty()) {
            woken.finish(waiters_.pop_front(), ESRCH);
        }
        while (QueuedCall* const call = calls_.first()) {
            const std::shared_ptr<QueuedCall> kept = call->shared_from_this();
            calls_.remove(*call);
            kept->fail(ESRCH);
        }
        show_locked();
        tell_of_room_locked();
        clients.swap(clients_);
    }
    for (const std::shared_ptr<Client>& client : clients) {
        client->server_gone();
        for (const std::shared_ptr<Call>& call : Calls::leave_client(*client)) {
            if (call != nullptr) {
                call->fail(ESRCH);
            }
        }
    }
}

}  // namespace tocsin::qnx
