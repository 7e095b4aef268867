// A client that is connected to a channel. Private to tocsin/qnx.
#pragma once

#include <atomic>
#include <memory>

#include <tocsin/qnx/channel.h>
#include <tocsin/qnx/client.h>

namespace tocsin::qnx {

// What all connections of one process to one channel share. Any thread.
class ChannelClient : public Client, public std::enable_shared_from_this<ChannelClient> {
public:
    explicit ChannelClient(const std::shared_ptr<Channel>& channel) noexcept : channel_{channel} {}

    // Gives it its scoid and enters it at its channel. 0, EAGAIN, ENOMEM, or ESRCH when the
    // channel has been destroyed.
    [[nodiscard]] int enter() noexcept;

    // All connections are gone: the server is told, if it wants to be.
    void disconnect() noexcept;

    [[nodiscard]] bool release() noexcept override;

    // Counts what connections allow.
    void changed_flags(unsigned before, unsigned now) noexcept;

    // A thread has sent something.
    void note_sender(int thread) noexcept { last_sender_.store(thread, std::memory_order_relaxed); }

protected:
    // 0, or EACCES when a connection does not allow that event.
    [[nodiscard]] int may_deliver(const struct ::sigevent& event) const noexcept;
    [[nodiscard]] int last_sender() const noexcept { return last_sender_; }

private:
    void leave(Channel* channel) noexcept;

    const std::weak_ptr<Channel> channel_;
    std::atomic<int> without_events_{0};
    std::atomic<int> registered_only_{0};
    std::atomic<int> last_sender_{0};
    std::atomic<bool> gone_{false};
    Pulse pulse_;
};

}  // namespace tocsin::qnx
