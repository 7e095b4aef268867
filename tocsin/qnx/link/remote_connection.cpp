// Messages and pulses to other processes. Private to tocsin/qnx.
#include <tocsin/qnx/link/remote_connection.h>

#include <cerrno>
#include <new>
#include <system_error>
#include <unistd.h>

#include <tocsin/qnx/link/remote_message.h>

namespace tocsin::qnx {

int RemoteConnection::attach(::pid_t process, int chid, std::uint64_t token,
                             unsigned flags) noexcept {
    try {
        // Made before the server counts it, so that it is not left there when memory is short.
        const auto connection =
            std::make_shared<RemoteConnection>(ServerLink::to(process), chid, flags);
        if (const int error = connection->attach(token); error != 0) {
            return -error;
        }
        const int error = Connections::add(connection);
        return error != 0 ? -error : connection->coid();
    } catch (const std::system_error& error) {
        const int number = error.code().value();
        return number == EMFILE || number == ENFILE ? -EAGAIN : -number;
    } catch (const std::bad_alloc&) {
        return -ENOMEM;
    }
}

int RemoteConnection::attach(std::uint64_t token) {
    attached_ = link_->attach(chid_, token, flags());
    return attached_.error;
}

RemoteConnection::~RemoteConnection() {
    if (attached_.error == 0) {
        link_->detach(chid_, attached_.scoid, flags());
    }
}

void RemoteConnection::changed_flags(unsigned before, unsigned now) noexcept {
    Frame frame;
    frame.kind = FrameKind::flags;
    frame.chid = chid_;
    frame.number = static_cast<std::uint64_t>(attached_.scoid);
    frame.size = before;
    frame.bits = now;
    static_cast<void>(link_->send(frame));
}

Answer RemoteConnection::send(Pieces message, Pieces room, Timeout timeout) {
    for (;;) {
        const Answer answer = send_once(message, room, timeout);
        if (answer.error != ERESTART) {
            return answer;
        }
    }
}

Answer RemoteConnection::send_once(Pieces message, Pieces room, Timeout timeout) {
    Frame frame;
    frame.kind = FrameKind::message;
    frame.chid = chid_;
    frame.number = static_cast<std::uint64_t>(attached_.scoid);
    frame.coid = coid();
    frame.thread = own_thread();
    frame.priority = own_priority();
    try {
        RemoteMessage sending{*link_, attached_.unblocks, message, room};
        return sending.exchange(frame, timeout);
    } catch (const std::system_error& error) {
        const int number = error.code().value();
        return {.error = number == EMFILE || number == ENFILE ? EAGAIN : number, .status = 0};
    } catch (const std::bad_alloc&) {
        return {.error = ENOMEM, .status = 0};
    }
}

int RemoteConnection::pulse(PulseContent content) noexcept {
    return link_->pulse(chid_, attached_.scoid, content);
}

::_server_info RemoteConnection::server() const noexcept {
    ::_server_info info = {};
    info.pid = link_->process();
    info.chid = chid_;
    info.scoid = attached_.scoid;
    info.coid = coid();
    info.flags = flags();
    return info;
}

}  // namespace tocsin::qnx
