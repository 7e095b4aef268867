// A process that is a client of this one. Private to tocsin/qnx.
#pragma once

#include <memory>
#include <sys/socket.h>

#include <tocsin/qnx/channel_client.h>

namespace tocsin::qnx {

class ClientLink;

// Another process as the client of one channel. Any thread.
class RemoteClient final : public ChannelClient {
public:
    RemoteClient(const std::shared_ptr<Channel>& channel, const std::shared_ptr<ClientLink>& link);
    ~RemoteClient() override;

    // False when the user has too many: it is not to be entered anywhere.
    [[nodiscard]] bool counted() const noexcept { return counted_; }

    [[nodiscard]] int deliver(const struct ::sigevent& event) noexcept override;
    [[nodiscard]] Credentials credentials() const noexcept override;
    void server_gone() noexcept override;

private:
    const ::ucred peer_;
    const std::weak_ptr<ClientLink> link_;
    const bool counted_;
};

}  // namespace tocsin::qnx
