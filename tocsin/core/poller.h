// How a loop waits for descriptors: epoll, or poll. Private to tocsin/core.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <system_error>

#include <tocsin/base/clock.h>
#include <tocsin/base/list.h>
#include <tocsin/core/watch.h>

namespace tocsin::core {

class WakeChannel;

// What a wait brought back: watches that are ready, to be delivered after the wait, and whether the
// loop was rung.
struct Collected {
    base::List<Watch, ReadyWatches> ready;
    base::List<Watch, ChangedWatches> disarmed;  // to be told their interest before the next wait
    bool rung = false;
};

// The seam between a loop and the kernel's two ways to wait. It walks batches of readiness, and so
// runs no handler. One thread.
class Poller {
public:
    virtual ~Poller() = default;

    // Makes the poller of the loop that `bell` wakes: epoll's, or poll's when the kernel refuses
    // epoll or `use_epoll` is false. Throws std::system_error when a descriptor or memory is short.
    [[nodiscard]] static std::unique_ptr<Poller> make(WakeChannel& bell, bool use_epoll);

    // Adds a watch whose descriptor and interest are set; an error changes nothing.
    [[nodiscard]] virtual std::error_code add(Watch& watch) noexcept = 0;
    virtual void remove(Watch& watch) noexcept = 0;

    // Tells the kernel of an interest that changed since it was last told.
    [[nodiscard]] virtual std::error_code update(Watch& watch) noexcept = 0;

    // In a forked child, after the bell has been opened anew: descriptors of its own for what it
    // has been told to watch. An error changes nothing.
    [[nodiscard]] virtual std::error_code renew() noexcept = 0;

    // Waits until something is ready, the bell rings, a signal arrives, or `timeout` has passed; no
    // timeout waits for ever, zero only looks. Collects what is ready. A point of cancellation: it
    // is left by unwinding when the thread is cancelled.
    virtual void wait(std::optional<base::Duration> timeout, Collected& collected) = 0;

    // Whether the bell has to be drained after each ring, by this way of waiting.
    [[nodiscard]] virtual bool needs_draining(const WakeChannel& bell) const noexcept = 0;

    // "epoll_pwait2", "epoll" or "poll".
    [[nodiscard]] virtual const char* name() const noexcept = 0;

    // What of `ready` the watch's handler is to be told.
    [[nodiscard]] static Conditions wanted(const Watch& watch, Conditions ready) noexcept {
        return watch.interest_.any() ? ready & (watch.interest_ | always_reported) : Conditions{};
    }

    // Notes that `watch` is ready for `ready`, as far as it is interested; whether that is news.
    static bool collect(Watch& watch, Conditions ready, Collected& collected) noexcept {
        const Conditions news = wanted(watch, ready) - watch.ready_;
        if (!news.any()) {
            return false;
        }
        watch.ready_ |= news;
        if (!static_cast<base::Link<ReadyWatches>&>(watch).linked()) {
            collected.ready.push_back(watch);
        }
        return true;
    }

private:
    static constexpr Conditions always_reported =
        Condition::error | Condition::hang_up | Condition::invalid;
};

}  // namespace tocsin::core
