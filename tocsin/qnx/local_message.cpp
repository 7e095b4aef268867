// Sending within this process. Private to tocsin/qnx.
#include <tocsin/qnx/local_message.h>

#include <cerrno>

#include <tocsin/qnx/calls.h>
#include <tocsin/qnx/exchange.h>

namespace tocsin::qnx {

// The sender's stay in exchange(). When its thread is cancelled the message goes, and a server that
// has it is told to look for what it keeps of it.
class LocalMessage::Sending {
public:
    Sending(LocalMessage& message, Channel& channel) noexcept
        : message_{message}, channel_{channel} {}
    ~Sending() {
        if (ended_) {
            return;
        }
        if (!message_.withdraw(channel_)) {
            message_.bell_.wait_for_certain();
        } else if (message_.rcvid() != 0 && channel_.has(_NTO_CHF_UNBLOCK)) {
            message_.pulse_unblock(channel_);
        }
    }
    Sending(const Sending&) = delete;
    Sending& operator=(const Sending&) = delete;

    [[nodiscard]] Answer end(Answer answer) noexcept {
        ended_ = true;
        return answer;
    }

private:
    LocalMessage& message_;
    Channel& channel_;
    bool ended_ = false;
};

Answer LocalMessage::exchange(Channel& channel, Timeout timeout) {
    if (const int error = channel.send(*this); error != 0) {
        return {.error = error, .status = 0};
    }
    Sending stay{*this, channel};
    channel_ = &channel;
    const int cause = await_answer(*this, bell_, timeout);
    channel.withdraw(unblock_);
    return stay.end(cause == 0 ? answer_ : Answer{.error = cause, .status = 0});
}

bool LocalMessage::answered() noexcept {
    const std::lock_guard lock{mutex_};
    return state_ == State::answered;
}

bool LocalMessage::may_expire(const Timeout& timeout) noexcept {
    const std::lock_guard lock{mutex_};
    if (state_ == State::queued) {
        ring_when_received_ = !timeout.limits(while_sending);
        return timeout.limits(while_sending);
    }
    return timeout.limits(while_replying);
}

bool LocalMessage::give_up(int cause) noexcept {
    if (!channel_->has(_NTO_CHF_UNBLOCK)) {
        return withdraw(*channel_);
    }
    if (channel_->withdraw(*this)) {
        return true;
    }
    request_unblock(*channel_, cause);
    return false;
}

// Takes it from the channel, or from the server that has received it. False when it has been
// answered, or is being answered.
bool LocalMessage::withdraw(Channel& channel) noexcept {
    for (;;) {
        const bool taken = channel.withdraw(*this) || Calls::take(rcvid()) != nullptr;
        const std::lock_guard lock{mutex_};
        if (taken || state_ == State::gone) {
            state_ = State::gone;
            return true;
        }
        if (state_ != State::queued) {
            return false;
        }
    }
}

ssize_t LocalMessage::read(Pieces pieces, std::size_t offset) {
    const std::lock_guard lock{mutex_};
    return is_received_locked() ? static_cast<ssize_t>(copy(pieces, 0, message_, offset)) : -ESRCH;
}

ssize_t LocalMessage::write(Pieces pieces, std::size_t offset) {
    const std::lock_guard lock{mutex_};
    return is_received_locked() ? static_cast<ssize_t>(copy(room_, offset, pieces, 0)) : -ESRCH;
}

void LocalMessage::reply(long status, Pieces pieces) {
    {
        const std::lock_guard lock{mutex_};
        if (state_ != State::received) {
            return;
        }
        copy(room_, 0, pieces, 0);
        answer_ = {.error = 0, .status = status};
        state_ = State::answered;
    }
    bell_.ring();
}

void LocalMessage::fail(int error) {
    {
        const std::lock_guard lock{mutex_};
        if (state_ != State::queued && state_ != State::received) {
            return;
        }
        answer_ = {.error = error, .status = 0};
        state_ = State::answered;
    }
    bell_.ring();
}

void LocalMessage::received(int rcvid) noexcept {
    const std::lock_guard lock{mutex_};
    rcvid_ = rcvid;
    state_ = State::received;
    if (ring_when_received_) {
        ring_when_received_ = false;
        bell_.ring();
    }
}

bool LocalMessage::returned() noexcept {
    int cause = 0;
    {
        const std::lock_guard lock{mutex_};
        cause = cause_;
        if (state_ == State::received && cause == 0) {
            rcvid_ = 0;
            state_ = State::queued;
            return true;
        }
    }
    fail(cause);
    return false;
}

}  // namespace tocsin::qnx
