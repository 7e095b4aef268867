// A call that may be received at a channel. Private to tocsin/qnx.
#pragma once

#include <memory>
#include <mutex>

#include <tocsin/qnx/arrivals.h>
#include <tocsin/qnx/call.h>

namespace tocsin::qnx {

class Channel;

// Whoever makes it keeps it until it is answered, or withdrawn from the channel. Any thread.
class QueuedCall : public Call, public Arrival, public std::enable_shared_from_this<QueuedCall> {
public:
    QueuedCall(std::shared_ptr<Client> client, const ::_msg_info& info) noexcept
        : Call{std::move(client), info}, Arrival{info.priority} {}

    [[nodiscard]] ::_msg_info info() const noexcept override;
    [[nodiscard]] int cause() const noexcept override;

    // It is being received under that number. The channel is locked.
    virtual void received(int rcvid) noexcept = 0;

    // It has not been received after all: true when it waits again. The channel is locked.
    [[nodiscard]] virtual bool returned() noexcept = 0;

    // The sender wants to be unblocked, because of `cause`: a server that has it is told, once.
    void request_unblock(Channel& channel, int cause) noexcept;

protected:
    // Whether a server has it and has not answered.
    [[nodiscard]] virtual bool is_received_locked() const noexcept = 0;

    // The number that it was received under; 0 before.
    [[nodiscard]] int rcvid() const noexcept;

    void pulse_unblock(Channel& channel) noexcept;

    mutable std::mutex mutex_;
    int rcvid_ = 0;
    int cause_ = 0;  // of errno, once the sender wants to go
    Pulse unblock_;
};

}  // namespace tocsin::qnx
