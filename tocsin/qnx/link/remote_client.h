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

    [[nodiscard]] int deliver(const struct ::sigevent& event) noexcept override;
    [[nodiscard]] Credentials credentials() const noexcept override;
    void server_gone() noexcept override;

private:
    const ::ucred peer_;
    const std::weak_ptr<ClientLink> link_;
};

}  // namespace tocsin::qnx
