// Connections of this process to its own channels. Private to tocsin/qnx.
#pragma once

#include <atomic>
#include <memory>
#include <unistd.h>
#include <utility>

#include <tocsin/qnx/connection.h>

namespace tocsin::qnx {

// This process as the client of one of its channels: what all its connections to it share.
class LocalClient final : public Client, public std::enable_shared_from_this<LocalClient> {
public:
    explicit LocalClient(const std::shared_ptr<Channel>& channel) noexcept : channel_{channel} {}

    // To this process. EACCES: a connection does not allow it.
    [[nodiscard]] int deliver(const struct ::sigevent& event) noexcept override;
    [[nodiscard]] Credentials credentials() const noexcept override;
    [[nodiscard]] bool release() noexcept override;

    // Counts what connections allow.
    void changed_flags(unsigned before, unsigned now) noexcept;

    // A thread has sent something.
    void note_sender(int thread) noexcept { last_sender_.store(thread, std::memory_order_relaxed); }

    // All connections are gone: the server is told, if it wants to be.
    void disconnect(Channel& channel) noexcept;

private:
    void leave(Channel* channel) noexcept;

    const std::weak_ptr<Channel> channel_;
    std::atomic<int> without_events_{0};
    std::atomic<int> registered_only_{0};
    std::atomic<int> last_sender_{0};
    std::atomic<bool> gone_{false};
    Pulse pulse_;
};

// As long as there are connections to one channel.
class LocalAttachment {
public:
    LocalAttachment(std::shared_ptr<Channel> to, std::shared_ptr<LocalClient> by) noexcept
        : channel{std::move(to)}, client{std::move(by)} {}
    ~LocalAttachment() { client->disconnect(*channel); }
    LocalAttachment(const LocalAttachment&) = delete;
    LocalAttachment& operator=(const LocalAttachment&) = delete;

    const std::shared_ptr<Channel> channel;
    const std::shared_ptr<LocalClient> client;
    const ::pid_t process = ::getpid();
};

class LocalConnection final : public Connection {
public:
    // Makes one and gives it its number, which is returned; or a negative errno.
    [[nodiscard]] static int attach(int chid, unsigned flags) noexcept;

    LocalConnection(std::shared_ptr<LocalAttachment> attachment, unsigned flags) noexcept;
    ~LocalConnection() override;

    [[nodiscard]] Answer send(Pieces message, Pieces room, Timeout timeout) override;
    [[nodiscard]] int pulse(PulseContent content) noexcept override;
    [[nodiscard]] ::_server_info server() const noexcept override;
    [[nodiscard]] const void* identity() const noexcept override {
        return attachment_->client.get();
    }
    [[nodiscard]] const Channel* channel() const noexcept override {
        return attachment_->channel.get();
    }

private:
    void changed_flags(unsigned before, unsigned now) noexcept override;

    const std::shared_ptr<LocalAttachment> attachment_;
};

}  // namespace tocsin::qnx
