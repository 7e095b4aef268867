// MsgReply() and its kin: the calls of the kernel on an rcvid. Private to tocsin/qnx.
#include <sys/neutrino.h>

#include <cerrno>
#include <cstring>
#include <span>

#include <tocsin/qnx/calls.h>
#include <tocsin/qnx/credentials.h>

namespace {

using tocsin::qnx::Call;
using tocsin::qnx::Calls;
using tocsin::qnx::Client;

int fail_with(int error) noexcept {
    errno = error;
    return -1;
}

ssize_t result_of(ssize_t bytes) noexcept {
    return bytes < 0 ? fail_with(static_cast<int>(-bytes)) : bytes;
}

iov_t piece_of(const void* bytes, std::size_t size) noexcept {
    return {.iov_base = const_cast<void*>(bytes), .iov_len = size};
}

}  // namespace

int MsgReplyv(int rcvid, long status, const iov_t* parts, size_t count) {
    const std::shared_ptr<Call> call = Calls::take(rcvid);
    if (call == nullptr) {
        return fail_with(ESRCH);
    }
    call->reply(status, {parts, count});
    return 0;
}

int MsgReply(int rcvid, long status, const void* bytes, size_t size) {
    const iov_t piece = piece_of(bytes, size);
    return MsgReplyv(rcvid, status, &piece, 1);
}

int MsgError(int rcvid, int error) {
    const std::shared_ptr<Call> call = Calls::take(rcvid);
    if (call == nullptr) {
        return fail_with(ESRCH);
    }
    if (error == 0) {
        call->reply(0, {});
    } else {
        call->fail(error < 0 ? EINTR : error);
    }
    return 0;
}

ssize_t MsgReadv(int rcvid, const iov_t* parts, size_t count, size_t offset) {
    const std::shared_ptr<Call> call = Calls::find(rcvid);
    return call == nullptr ? fail_with(ESRCH) : result_of(call->read({parts, count}, offset));
}

ssize_t MsgRead(int rcvid, void* bytes, size_t size, size_t offset) {
    const iov_t piece = piece_of(bytes, size);
    return MsgReadv(rcvid, &piece, 1, offset);
}

ssize_t MsgWritev(int rcvid, const iov_t* parts, size_t count, size_t offset) {
    const std::shared_ptr<Call> call = Calls::find(rcvid);
    return call == nullptr ? fail_with(ESRCH) : result_of(call->write({parts, count}, offset));
}

ssize_t MsgWrite(int rcvid, const void* bytes, size_t size, size_t offset) {
    const iov_t piece = piece_of(bytes, size);
    return MsgWritev(rcvid, &piece, 1, offset);
}

int MsgInfo(int rcvid, struct _msg_info* info) {
    const std::shared_ptr<Call> call = Calls::find(rcvid);
    if (call == nullptr) {
        return fail_with(ESRCH);
    }
    *info = call->info();
    return 0;
}

int MsgDeliverEvent(int rcvid, const struct sigevent* event) {
    const std::shared_ptr<Client> client = Calls::client_of(rcvid);
    const int error = client == nullptr ? EBADF : client->deliver(*event);
    return error == 0 ? 0 : fail_with(error);
}

int ConnectClientInfo(int scoid, struct _client_info* info, int ngroups) {
    const std::shared_ptr<Client> client = Calls::find_client(scoid);
    if (client == nullptr) {
        return fail_with(EINVAL);
    }
    tocsin::qnx::describe(client->credentials(), ngroups, *info);
    return 0;
}
