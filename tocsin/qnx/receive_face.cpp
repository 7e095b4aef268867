// MsgReceive() in all its forms. Private to tocsin/qnx.
#include <sys/neutrino.h>

#include <cerrno>
#include <memory>

#include <tocsin/qnx/channels.h>
#include <tocsin/qnx/face_result.h>
#include <tocsin/qnx/pieces.h>

using tocsin::qnx::Channel;
using tocsin::qnx::Channels;
using tocsin::qnx::length_result;
using tocsin::qnx::piece_of;
using tocsin::qnx::Pieces;
using tocsin::qnx::Received;
using tocsin::qnx::Timeout;
using tocsin::qnx::Wanted;

namespace {

int receive(int chid, Pieces pieces, struct _msg_info* info, Wanted wanted) {
    const Timeout timeout = Timeout::take();
    const std::shared_ptr<Channel> channel = Channels::find(chid);
    if (channel == nullptr) {
        return -ESRCH;
    }
    for (;;) {
        Received received;
        if (const int error = channel->receive(received, wanted, timeout); error != 0) {
            return -error;
        }
        if (received.rcvid == 0) {
            const iov_t pulse = piece_of(&received.pulse, sizeof received.pulse);
            tocsin::qnx::copy(pieces, 0, {&pulse, 1}, 0);
            return 0;
        }
        const ssize_t size = received.call->read(pieces, 0);
        if (size < 0) {
            // Its sender has gone in the meantime, as if before it was received.
            continue;
        }
        if (info != nullptr) {
            *info = received.call->info();
            info->msglen = static_cast<size_t>(size);
        }
        return received.rcvid;
    }
}

}  // namespace

int MsgReceivev_r(int chid, const iov_t* parts, size_t count, struct _msg_info* info) {
    return receive(chid, {parts, count}, info, Wanted::everything);
}

int MsgReceivev(int chid, const iov_t* parts, size_t count, struct _msg_info* info) {
    return length_result(MsgReceivev_r(chid, parts, count, info));
}

int MsgReceive_r(int chid, void* message, size_t room, struct _msg_info* info) {
    const iov_t piece = piece_of(message, room);
    return MsgReceivev_r(chid, &piece, 1, info);
}

int MsgReceive(int chid, void* message, size_t room, struct _msg_info* info) {
    return length_result(MsgReceive_r(chid, message, room, info));
}

int MsgReceivePulsev_r(int chid, const iov_t* parts, size_t count, struct _msg_info* info) {
    return receive(chid, {parts, count}, info, Wanted::pulses);
}

int MsgReceivePulsev(int chid, const iov_t* parts, size_t count, struct _msg_info* info) {
    return length_result(MsgReceivePulsev_r(chid, parts, count, info));
}

int MsgReceivePulse_r(int chid, void* pulse, size_t room, struct _msg_info* info) {
    const iov_t piece = piece_of(pulse, room);
    return MsgReceivePulsev_r(chid, &piece, 1, info);
}

int MsgReceivePulse(int chid, void* pulse, size_t room, struct _msg_info* info) {
    return length_result(MsgReceivePulse_r(chid, pulse, room, info));
}
