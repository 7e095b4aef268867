// Connections of this process to its own channels. Private to tocsin/qnx.
#pragma once

#include <memory>
#include <unistd.h>
#include <utility>

#include <tocsin/qnx/channel_client.h>
#include <tocsin/qnx/connection.h>

namespace tocsin::qnx {

// This process as the client of one of its channels.
class LocalClient final : public ChannelClient {
public:
    using ChannelClient::ChannelClient;

    // To this process. EACCES: a connection does not allow it.
    [[nodiscard]] int deliver(const struct ::sigevent& event) noexcept override;
    [[nodiscard]] Credentials credentials() const noexcept override;

    // Of its server, as its connections have it.
    [[nodiscard]] ServerIdentity identity() const noexcept { return identity_; }

private:
    const ServerIdentity identity_ = new_server_identity();
};

// As long as there are connections to one channel.
class LocalAttachment {
public:
    LocalAttachment(std::shared_ptr<Channel> to, std::shared_ptr<LocalClient> by) noexcept
        : channel{std::move(to)}, client{std::move(by)} {}
    ~LocalAttachment() { client->disconnect(); }
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
    [[nodiscard]] ServerIdentity identity() const noexcept override {
        return attachment_->client->identity();
    }
    [[nodiscard]] const Channel* channel() const noexcept override {
        return attachment_->channel.get();
    }

private:
    void changed_flags(unsigned before, unsigned now) noexcept override;

    const std::shared_ptr<LocalAttachment> attachment_;
};

}  // namespace tocsin::qnx
