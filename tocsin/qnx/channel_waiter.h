// A thread that waits at a channel, and those that have been handed something. Private to
// tocsin/qnx.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

#include <tocsin/base/list.h>
#include <tocsin/qnx/channel.h>
#include <tocsin/qnx/link/sleepers.h>
#include <tocsin/qnx/waiting.h>

namespace tocsin::qnx {

// A thread in receive().
class Channel::Waiter final : public base::Link<> {
public:
    Waiter(Channel& channel, Received& received, Wanted wanted) noexcept
        : received_{received}, wanted_{wanted}, channel_{channel} {}

    // Also when the thread is cancelled: what it was handed goes to another.
    ~Waiter();
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    [[nodiscard]] Wanted wanted() const noexcept { return wanted_; }
    [[nodiscard]] Received& received() noexcept { return received_; }

    // With the channel locked; it is rung when it is not.
    void finish(int result) noexcept {
        result_ = result;
        done_ = true;
    }

    // The waiter may be gone as soon as it is marked, but for a bell of its own, which it awaits.
    void ring() noexcept {
        Bell& bell = bell_;
        rung_.store(true, std::memory_order_release);
        bell.ring();
    }

    // As Channel::receive(), when it is in the list of the channel.
    [[nodiscard]] int wait(Timeout timeout);

private:
    [[nodiscard]] bool leave() noexcept;
    void give_back() noexcept;
    [[nodiscard]] int sleep(std::optional<base::Time> deadline);
    void get_up() noexcept;

    const Sleepers::Place place_ = Sleepers::own_place();
    Bell own_bell_;
    Bell& bell_ = place_ ? place_.bell() : own_bell_;
    bool lies_ = false;
    bool done_ = false;  // with the channel locked
    std::atomic<bool> rung_{false};
    bool unwound_ = false;
    int result_ = 0;
    Received& received_;
    const Wanted wanted_;
    Channel& channel_;
};

// Those who have been handed something, to be woken when the channel is not locked: one who runs at
// once, in the place of who wakes it, comes back to the lock. None of them goes before it is rung.
class Channel::Woken {
public:
    Woken() noexcept = default;
    ~Woken() {
        while (!waiters_.empty()) {
            waiters_.pop_front().ring();
        }
    }
    Woken(const Woken&) = delete;
    Woken& operator=(const Woken&) = delete;

    // The waiter is in no other list any more.
    void finish(Waiter& waiter, int result) noexcept {
        waiters_.push_back(waiter);
        waiter.finish(result);
    }

private:
    base::List<Waiter> waiters_;
};

}  // namespace tocsin::qnx
