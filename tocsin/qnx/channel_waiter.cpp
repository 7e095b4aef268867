// Sleeping at a channel. Private to tocsin/qnx.
#include <tocsin/qnx/channel_waiter.h>

#include <cerrno>

#include <tocsin/qnx/link/server_link.h>
#include <tocsin/qnx/section.h>

namespace tocsin::qnx {

Channel::Waiter::~Waiter() {
    if (!unwound_) {
        return;
    }
    get_up();
    if (!leave()) {
        do {
            bell_.wait_for_certain();
        } while (!rung_.load(std::memory_order_acquire));
        give_back();
    }
}

int Channel::Waiter::wait(Timeout timeout) {
    constexpr unsigned state = _NTO_TIMEOUT_RECEIVE;
    unwound_ = true;
    for (;;) {
        int woken = sleep(timeout.deadline_in(state));
        if (woken == ETIMEDOUT) {
            woken = timeout.expire();
            if (woken == 0) {
                continue;
            }
        }
        if (woken == 0 && rung_.load(std::memory_order_acquire)) {
            unwound_ = false;
            return result_;
        }
        if (woken != 0 && leave()) {
            return woken;
        }
    }
}

// False when it has been finished.
bool Channel::Waiter::leave() noexcept {
    const SectionLock lock{channel_.mutex_};
    if (done_) {
        return false;
    }
    unlink();
    unwound_ = false;
    return true;
}

// A server of another process may wake this thread, too, for what may be this one's or not.
int Channel::Waiter::sleep(std::optional<base::Time> deadline) {
    if (place_) {
        place_.lie_down();
        lies_ = true;
    }
    const int woken = bell_.wait(deadline);
    get_up();
    return woken;
}

void Channel::Waiter::get_up() noexcept {
    if (std::exchange(lies_, false) && place_.get_up()) {
        ServerLink::take_all_mail();
    }
}

void Channel::Waiter::give_back() noexcept {
    Woken woken;
    const SectionLock lock{channel_.mutex_};
    if (result_ == 0) {
        channel_.put_back_locked(received_, woken);
    }
}

}  // namespace tocsin::qnx
