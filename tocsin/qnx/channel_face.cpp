// ChannelCreate(), ConnectAttach() and their kin. Private to tocsin/qnx.
#include <sys/neutrino.h>

#include <cerrno>
#include <memory>
#include <unistd.h>

#include <tocsin/qnx/calls.h>
#include <tocsin/qnx/channels.h>
#include <tocsin/qnx/connection.h>
#include <tocsin/qnx/face_result.h>
#include <tocsin/qnx/link/client_links.h>
#include <tocsin/qnx/link/remote_connection.h>
#include <tocsin/qnx/local_connection.h>

using tocsin::qnx::Calls;
using tocsin::qnx::Channels;
using tocsin::qnx::Client;
using tocsin::qnx::ClientLinks;
using tocsin::qnx::Connection;
using tocsin::qnx::Connections;
using tocsin::qnx::error_result;
using tocsin::qnx::length_result;
using tocsin::qnx::LocalConnection;
using tocsin::qnx::RemoteConnection;

namespace {

bool is_own(pid_t pid) noexcept {
    return pid == 0 || pid == ::getpid();
}

}  // namespace

int ChannelCreate_r(unsigned flags) {
    if ((flags & _NTO_CHF_PRIVATE) == 0) {
        if (const int error = ClientLinks::listen(); error != 0) {
            return -(error == EMFILE || error == ENFILE ? EAGAIN : error);
        }
    }
    return Channels::create(flags);
}

int ChannelCreate(unsigned flags) {
    return length_result(ChannelCreate_r(flags));
}

int ChannelDestroy_r(int chid) {
    return Channels::destroy(chid);
}

int ChannelDestroy(int chid) {
    return error_result(ChannelDestroy_r(chid));
}

int ConnectAttach_r(uint32_t nd, pid_t pid, int chid, unsigned /*index*/, int flags) {
    if (nd != ND_LOCAL_NODE || pid < 0) {
        return -ESRCH;
    }
    const auto bits = static_cast<unsigned>(flags);
    return is_own(pid) ? LocalConnection::attach(chid, bits)
                       : RemoteConnection::attach(pid, chid, 0, bits);
}

int ConnectAttach(uint32_t nd, pid_t pid, int chid, unsigned index, int flags) {
    return length_result(ConnectAttach_r(nd, pid, chid, index, flags));
}

int ConnectDetach_r(int coid) {
    if (coid >= _NTO_SIDE_CHANNEL) {
        return Connections::take(coid) == nullptr ? EINVAL : 0;
    }
    const std::shared_ptr<Client> client = Calls::find_client(coid);
    return client != nullptr && client->release() ? 0 : EINVAL;
}

int ConnectDetach(int coid) {
    return error_result(ConnectDetach_r(coid));
}

int ConnectFlags_r(pid_t pid, int coid, unsigned mask, unsigned bits) {
    if (!is_own(pid)) {
        return -EPERM;
    }
    const std::shared_ptr<Connection> connection = Connections::find(coid);
    return connection == nullptr ? -EINVAL : static_cast<int>(connection->set_flags(mask, bits));
}

int ConnectFlags(pid_t pid, int coid, unsigned mask, unsigned bits) {
    return length_result(ConnectFlags_r(pid, coid, mask, bits));
}

int ConnectServerInfo_r(pid_t pid, int coid, struct _server_info* info) {
    if (!is_own(pid)) {
        return -EPERM;
    }
    const std::shared_ptr<Connection> connection = Connections::next(coid);
    if (connection == nullptr) {
        return -EINVAL;
    }
    *info = connection->server();
    return connection->coid();
}

int ConnectServerInfo(pid_t pid, int coid, struct _server_info* info) {
    return length_result(ConnectServerInfo_r(pid, coid, info));
}
