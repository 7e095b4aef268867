// MsgReply() and its kin: the calls of the kernel on an rcvid. Private to tocsin/qnx.
#include <sys/neutrino.h>

#include <cerrno>
#include <memory>

#include <tocsin/qnx/calls.h>
#include <tocsin/qnx/credentials.h>
#include <tocsin/qnx/face_result.h>
#include <tocsin/qnx/pieces.h>

using tocsin::qnx::Call;
using tocsin::qnx::Calls;
using tocsin::qnx::Client;
using tocsin::qnx::error_result;
using tocsin::qnx::length_result;
using tocsin::qnx::piece_of;

int MsgReplyv_r(int rcvid, long status, const iov_t* parts, size_t count) {
    const std::shared_ptr<Call> call = Calls::take(rcvid);
    if (call == nullptr) {
        return ESRCH;
    }
    call->reply(status, {parts, count});
    return 0;
}

int MsgReplyv(int rcvid, long status, const iov_t* parts, size_t count) {
    return error_result(MsgReplyv_r(rcvid, status, parts, count));
}

int MsgReply_r(int rcvid, long status, const void* bytes, size_t size) {
    const iov_t piece = piece_of(bytes, size);
    return MsgReplyv_r(rcvid, status, &piece, 1);
}

int MsgReply(int rcvid, long status, const void* bytes, size_t size) {
    return error_result(MsgReply_r(rcvid, status, bytes, size));
}

int MsgError_r(int rcvid, int error) {
    const std::shared_ptr<Call> call = Calls::take(rcvid);
    if (call == nullptr) {
        return ESRCH;
    }
    if (error == 0) {
        call->reply(0, {});
    } else {
        call->fail(error < 0 ? call->cause() : error);
    }
    return 0;
}

int MsgError(int rcvid, int error) {
    return error_result(MsgError_r(rcvid, error));
}

ssize_t MsgReadv_r(int rcvid, const iov_t* parts, size_t count, size_t offset) {
    const std::shared_ptr<Call> call = Calls::find(rcvid);
    return call == nullptr ? -ESRCH : call->read({parts, count}, offset);
}

ssize_t MsgReadv(int rcvid, const iov_t* parts, size_t count, size_t offset) {
    return length_result(MsgReadv_r(rcvid, parts, count, offset));
}

ssize_t MsgRead_r(int rcvid, void* bytes, size_t size, size_t offset) {
    const iov_t piece = piece_of(bytes, size);
    return MsgReadv_r(rcvid, &piece, 1, offset);
}

ssize_t MsgRead(int rcvid, void* bytes, size_t size, size_t offset) {
    return length_result(MsgRead_r(rcvid, bytes, size, offset));
}

ssize_t MsgWritev_r(int rcvid, const iov_t* parts, size_t count, size_t offset) {
    const std::shared_ptr<Call> call = Calls::find(rcvid);
    return call == nullptr ? -ESRCH : call->write({parts, count}, offset);
}

ssize_t MsgWritev(int rcvid, const iov_t* parts, size_t count, size_t offset) {
    return length_result(MsgWritev_r(rcvid, parts, count, offset));
}

ssize_t MsgWrite_r(int rcvid, const void* bytes, size_t size, size_t offset) {
    const iov_t piece = piece_of(bytes, size);
    return MsgWritev_r(rcvid, &piece, 1, offset);
}

ssize_t MsgWrite(int rcvid, const void* bytes, size_t size, size_t offset) {
    return length_result(MsgWrite_r(rcvid, bytes, size, offset));
}

int MsgInfo_r(int rcvid, struct _msg_info* info) {
    const std::shared_ptr<Call> call = Calls::find(rcvid);
    if (call == nullptr) {
        return ESRCH;
    }
    *info = call->info();
    return 0;
}

int MsgInfo(int rcvid, struct _msg_info* info) {
    return error_result(MsgInfo_r(rcvid, info));
}

int MsgCurrent_r(int rcvid) {
    return Calls::find(rcvid) == nullptr ? ESRCH : 0;
}

int MsgCurrent(int rcvid) {
    return error_result(MsgCurrent_r(rcvid));
}

int ConnectClientInfo_r(int scoid, struct _client_info* info, int ngroups) {
    const std::shared_ptr<Client> client = Calls::find_client(scoid);
    if (client == nullptr) {
        return EINVAL;
    }
    tocsin::qnx::describe(client->credentials(), ngroups, *info);
    return 0;
}

int ConnectClientInfo(int scoid, struct _client_info* info, int ngroups) {
    return error_result(ConnectClientInfo_r(scoid, info, ngroups));
}
