// Coming to a channel, and leaving it. Private to tocsin/qnx.
#include <tocsin/qnx/channel_client.h>

#include <cerrno>
#include <new>

#include <tocsin/qnx/calls.h>

namespace tocsin::qnx {

namespace {

int change_of(unsigned flag, unsigned before, unsigned now) noexcept {
    return static_cast<int>((now & flag) != 0) - static_cast<int>((before & flag) != 0);
}

}  // namespace

int ChannelClient::enter() noexcept {
    const std::shared_ptr<Channel> channel = channel_.lock();
    if (channel == nullptr) {
        return ESRCH;
    }
    if (const int error = Calls::enter_client(shared_from_this()); error != 0) {
        return error;
    }
    int error = ENOMEM;
    try {
        error = channel->add_client(shared_from_this()) ? 0 : ESRCH;
    } catch (const std::bad_alloc&) {
        // Nothing has changed.
    }
    if (error != 0) {
        static_cast<void>(Calls::leave_client(*this));
    }
    return error;
}

void ChannelClient::disconnect() noexcept {
    const std::shared_ptr<Channel> channel = channel_.lock();
    if (channel == nullptr || !channel->has(_NTO_CHF_DISCONNECT)) {
        leave(channel.get());
        return;
    }
    gone_ = true;
    channel->pulse(pulse_,
                   {.scoid = scoid(),
                    .priority = own_priority(),
                    .code = _PULSE_CODE_DISCONNECT,
                    .value = {},
                    .only_if_awaited = false},
                   shared_from_this());
}

bool ChannelClient::release() noexcept {
    if (!gone_) {
        return false;
    }
    leave(channel_.lock().get());
    return true;
}

// What is in somebody's hands still has an end, too: whoever runs a handler of it may wait for
// that.
void ChannelClient::leave(Channel* channel) noexcept {
    for (const std::shared_ptr<Call>& call : Calls::leave_client(*this)) {
        if (call != nullptr) {
            call->fail(ESRCH);
        }
    }
    if (channel != nullptr) {
        channel->remove_client(*this);
    }
}

void ChannelClient::changed_flags(unsigned before, unsigned now) noexcept {
    without_events_ += change_of(_NTO_COF_NOEVENT, before, now);
    registered_only_ += change_of(_NTO_COF_REG_EVENTS, before, now);
}

int ChannelClient::may_deliver(const struct ::sigevent& event) const noexcept {
    const bool registered = (event.sigev_notify & SIGEV_FLAG_HANDLE) != 0;
    return without_events_ > 0 || (registered_only_ > 0 && !registered) ? EACCES : 0;
}

}  // namespace tocsin::qnx
