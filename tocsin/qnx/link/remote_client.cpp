// Telling clients of other processes. Private to tocsin/qnx.
#include <tocsin/qnx/link/remote_client.h>

#include <cerrno>

#include <tocsin/qnx/link/client_links.h>

namespace tocsin::qnx {

RemoteClient::RemoteClient(const std::shared_ptr<Channel>& channel,
                           const std::shared_ptr<ClientLink>& link)
    : ChannelClient{channel},
      peer_{link->peer()},
      link_{link},
      counted_{ClientLinks::take(ClientLinks::Share::client, peer_.uid)} {}

RemoteClient::~RemoteClient() {
    if (counted_) {
        ClientLinks::give_back(ClientLinks::Share::client, peer_.uid);
    }
}

int RemoteClient::deliver(const struct ::sigevent& event) noexcept {
    if (const int error = may_deliver(event); error != 0) {
        return error;
    }
    const std::shared_ptr<ClientLink> link = link_.lock();
    return link == nullptr ? EBADF : link->deliver(event);
}

Credentials RemoteClient::credentials() const noexcept {
    return {.pid = peer_.pid, .thread = last_sender(), .uid = peer_.uid, .gid = peer_.gid};
}

void RemoteClient::server_gone() noexcept {
    if (const std::shared_ptr<ClientLink> link = link_.lock()) {
        link->tell_channel_gone(scoid());
    }
}

}  // namespace tocsin::qnx
