// MsgSend() and MsgSendPulse() in all their forms. Private to tocsin/qnx.
#include <sys/neutrino.h>

#include <cerrno>
#include <climits>

#include <tocsin/base/uncancelled.h>
#include <tocsin/qnx/connection.h>
#include <tocsin/qnx/face_result.h>
#include <tocsin/qnx/pieces.h>

using tocsin::base::Uncancelled;
using tocsin::qnx::Answer;
using tocsin::qnx::error_result;
using tocsin::qnx::fail_with;
using tocsin::qnx::piece_of;
using tocsin::qnx::Pieces;
using tocsin::qnx::Timeout;

namespace {

int error_of(Pieces pieces) noexcept {
    if (pieces.size() > tocsin::qnx::pieces_max) {
        return EINVAL;
    }
    return tocsin::qnx::size_of(pieces) ? 0 : EOVERFLOW;
}

Answer send(int coid, Pieces message, Pieces room) {
    const Timeout timeout = Timeout::take();
    for (const Pieces pieces : {message, room}) {
        if (const int error = error_of(pieces); error != 0) {
            return {.error = error, .status = 0};
        }
    }
    return tocsin::qnx::send_through(coid, message, room, timeout);
}

Answer send_uncancelled(int coid, Pieces message, Pieces room) {
    const Uncancelled here;
    return send(coid, message, room);
}

long status_of(Answer answer) noexcept {
    return answer.error == 0 ? answer.status : fail_with(answer.error);
}

long plain_status_of(Answer answer) noexcept {
    return answer.error == 0 ? answer.status : -answer.error;
}

int send_pulse(int coid, int priority, int code, union sigval value) noexcept {
    if (!tocsin::qnx::is_priority(priority) || code < SCHAR_MIN || code > SCHAR_MAX) {
        return EINVAL;
    }
    // A signal handler that calls it has interrupted somebody who may be about to read errno.
    const int before = errno;
    const int error = tocsin::qnx::pulse_through(
        coid,
        {.scoid = 0, .priority = priority, .code = code, .value = value, .only_if_awaited = false});
    errno = before;
    return error;
}

// One piece as a list.
struct One {
    One(const void* bytes, size_t size) noexcept : piece{piece_of(bytes, size)} {}
    operator Pieces() const noexcept { return {&piece, 1}; }

    iov_t piece;
};

}  // namespace

long MsgSendv(int coid, const iov_t* message, size_t count, const iov_t* reply, size_t room_count) {
    return status_of(send(coid, {message, count}, {reply, room_count}));
}

long MsgSendv_r(int coid, const iov_t* message, size_t count, const iov_t* reply,
                size_t room_count) {
    return plain_status_of(send(coid, {message, count}, {reply, room_count}));
}

long MsgSendvnc(int coid, const iov_t* message, size_t count, const iov_t* reply,
                size_t room_count) {
    return status_of(send_uncancelled(coid, {message, count}, {reply, room_count}));
}

long MsgSendvnc_r(int coid, const iov_t* message, size_t count, const iov_t* reply,
                  size_t room_count) {
    return plain_status_of(send_uncancelled(coid, {message, count}, {reply, room_count}));
}

long MsgSend(int coid, const void* message, size_t size, void* reply, size_t room) {
    return status_of(send(coid, One{message, size}, One{reply, room}));
}

long MsgSend_r(int coid, const void* message, size_t size, void* reply, size_t room) {
    return plain_status_of(send(coid, One{message, size}, One{reply, room}));
}

long MsgSendnc(int coid, const void* message, size_t size, void* reply, size_t room) {
    return status_of(send_uncancelled(coid, One{message, size}, One{reply, room}));
}

long MsgSendnc_r(int coid, const void* message, size_t size, void* reply, size_t room) {
    return plain_status_of(send_uncancelled(coid, One{message, size}, One{reply, room}));
}

long MsgSendsv(int coid, const void* message, size_t size, const iov_t* reply, size_t room_count) {
    return status_of(send(coid, One{message, size}, {reply, room_count}));
}

long MsgSendsv_r(int coid, const void* message, size_t size, const iov_t* reply,
                 size_t room_count) {
    return plain_status_of(send(coid, One{message, size}, {reply, room_count}));
}

long MsgSendsvnc(int coid, const void* message, size_t size, const iov_t* reply,
                 size_t room_count) {
    return status_of(send_uncancelled(coid, One{message, size}, {reply, room_count}));
}

long MsgSendsvnc_r(int coid, const void* message, size_t size, const iov_t* reply,
                   size_t room_count) {
    return plain_status_of(send_uncancelled(coid, One{message, size}, {reply, room_count}));
}

long MsgSendvs(int coid, const iov_t* message, size_t count, void* reply, size_t room) {
    return status_of(send(coid, {message, count}, One{reply, room}));
}

long MsgSendvs_r(int coid, const iov_t* message, size_t count, void* reply, size_t room) {
    return plain_status_of(send(coid, {message, count}, One{reply, room}));
}

long MsgSendvsnc(int coid, const iov_t* message, size_t count, void* reply, size_t room) {
    return status_of(send_uncancelled(coid, {message, count}, One{reply, room}));
}

long MsgSendvsnc_r(int coid, const iov_t* message, size_t count, void* reply, size_t room) {
    return plain_status_of(send_uncancelled(coid, {message, count}, One{reply, room}));
}

int MsgSendPulse_r(int coid, int priority, int code, int value) {
    union sigval content = {.sival_ptr = nullptr};
    content.sival_int = value;
    return send_pulse(coid, priority, code, content);
}

int MsgSendPulse(int coid, int priority, int code, int value) {
    return error_result(MsgSendPulse_r(coid, priority, code, value));
}

int MsgSendPulsePtr_r(int coid, int priority, int code, void* value) {
    return send_pulse(coid, priority, code, {.sival_ptr = value});
}

int MsgSendPulsePtr(int coid, int priority, int code, void* value) {
    return error_result(MsgSendPulsePtr_r(coid, priority, code, value));
}
