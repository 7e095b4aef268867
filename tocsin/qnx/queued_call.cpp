// Senders that want to be unblocked. Private to tocsin/qnx.
#include <tocsin/qnx/queued_call.h>

#include <cerrno>

#include <tocsin/qnx/channel.h>

namespace tocsin::qnx {

::_msg_info QueuedCall::info() const noexcept {
    const std::lock_guard lock{mutex_};
    ::_msg_info now = info_;
    if (cause_ != 0) {
        now.flags = static_cast<std::int16_t>(now.flags | _NTO_MI_UNBLOCK_REQ);
    }
    return now;
}

int QueuedCall::cause() const noexcept {
    const std::lock_guard lock{mutex_};
    return cause_ == 0 ? EINTR : cause_;
}

int QueuedCall::rcvid() const noexcept {
    const std::lock_guard lock{mutex_};
    return rcvid_;
}

void QueuedCall::request_unblock(Channel& channel, int cause) noexcept {
    {
        const std::lock_guard lock{mutex_};
        if (!is_received_locked() || cause_ != 0) {
            return;
        }
        cause_ = cause;
    }
    pulse_unblock(channel);
}

void QueuedCall::pulse_unblock(Channel& channel) noexcept {
    channel.pulse(unblock_,
                  {.scoid = client().scoid(),
                   .priority = priority,
                   .code = _PULSE_CODE_UNBLOCK,
                   .value = {.sival_long = rcvid()},
                   .only_if_awaited = false},
                  shared_from_this());
}

}  // namespace tocsin::qnx
