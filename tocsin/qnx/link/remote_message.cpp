// Sending to another process. Private to tocsin/qnx.
#include <tocsin/qnx/link/remote_message.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <poll.h>
#include <sys/ioctl.h>
#include <system_error>

#include <tocsin/base/errors.h>
#include <tocsin/base/uncancelled.h>
#include <tocsin/qnx/exchange.h>
#include <tocsin/qnx/link/native_call.h>
#include <tocsin/qnx/link/send_timer.h>

namespace tocsin::qnx {

namespace {

std::shared_ptr<Area> area_for(ServerLink& link, std::size_t size, std::size_t room,
                               base::Descriptor& descriptor) {
    const std::size_t needed = Area::size_for(size, room);
    if (needed == 0) {
        throw std::system_error{base::error_of(EMSGSIZE), "the message is too large"};
    }
    return link.take_area(needed, descriptor);
}

}  // namespace

RemoteMessage::RemoteMessage(ServerLink& link, bool unblocks, Pieces message, Pieces room)
    : link_{link},
      unblocks_{unblocks},
      room_{room},
      size_{size_of(message).value_or(0)},
      room_size_{size_of(room).value_or(0)},
      area_{area_for(link, size_, room_size_, descriptor_)} {
    const ::iovec place = piece_of(area_->message(), size_);
    copy({&place, 1}, 0, message, 0);
}

// One that the server may still have is left to it, and used again when it has let go.
RemoteMessage::~RemoteMessage() {
    if (descriptor_ || area_->refused()) {
        link_.forget(area_);
        return;
    }
    AreaHeader& header = area_->header();
    const bool withdrawn = sent_ && (leave(AreaState::queued) || leave(AreaState::received));
    if (!withdrawn && (!sent_ || header.state == AreaState::answered)) {
        header.state = AreaState::idle;
    }
    link_.give_back(std::move(area_));
}

Answer RemoteMessage::exchange(Frame frame, Timeout timeout) {
    AreaHeader& header = area_->header();
    frame.area = area_->number();
    if (descriptor_) {
        Frame introduction;
        introduction.kind = FrameKind::area;
        introduction.area = frame.area;
        introduction.size = area_->size();
        if (const int error = send(introduction, timeout, descriptor_.number()); error != 0) {
            return {.error = error, .status = 0};
        }
        const base::Uncancelled here;
        descriptor_.reset();
    }
    frame.size = size_;
    frame.room = room_size_;
    header.ring_when_received = 0;
    header.state = AreaState::queued;
    if (const int error = send(frame, timeout); error != 0) {
        return {.error = error, .status = 0};
    }
    sent_ = true;
    const int cause = await_answer(*this, header.bell, timeout);
    return cause == 0 ? take_answer() : Answer{.error = cause, .status = 0};
}

// The area is the manager's until the call returns, however that ends.
int RemoteMessage::exchange_through(int descriptor, const Timeout& timeout, Answer& answer) {
    if (descriptor_) {
        if (const int error = link_.introduce(*area_, descriptor_.number()); error != 0) {
            return error;
        }
        descriptor_.reset();
    }
    NativeSend question{.ticket = link_.ticket(),
                        .coid = descriptor,
                        .area = area_->number(),
                        .size = size_,
                        .room = room_size_};
    std::shared_ptr<SendTimer> timer;
    const std::optional<base::Time> deadline =
        timeout.unblocks() ? timeout.deadline_in(while_sending | while_replying) : std::nullopt;
    if (deadline) {
        question.number = link_.new_message_number();
        if (const int error = SendTimer::start(link_.shared_from_this(), question.area,
                                               question.number, *deadline, timer)) {
            return error;
        }
    }
    const int error = ::ioctl(descriptor, native_send, &question) < 0 ? errno : 0;
    const bool expired = timer != nullptr && timer->stop();
    if (error != 0) {
        return error == ENOTTY || error == EINVAL ? ENOSYS
               : expired && error == EINTR        ? ETIMEDOUT
                                                  : error;
    }
    if (expired && question.error == EINTR) {
        return ETIMEDOUT;
    }
    if (question.error == 0) {
        const ::iovec filled =
            piece_of(area_->message() + size_, std::min<std::size_t>(question.room, room_size_));
        copy(room_, 0, {&filled, 1}, 0);
        answer.status = question.status;
    }
    return question.error;
}

// Waits for room, as long as sending may take.
int RemoteMessage::send(const Frame& frame, Timeout& timeout, int passed) {
    for (;;) {
        const int error = link_.send(frame, passed);
        if (error != EAGAIN) {
            return error;
        }
        int cause = link_.await_room(timeout.deadline_in(while_sending));
        if (cause == ETIMEDOUT) {
            cause = timeout.expire();
        }
        if (cause != 0) {
            return cause;
        }
    }
}

bool RemoteMessage::answered() noexcept {
    return area_->header().state == AreaState::answered || area_->refused() || link_.ended();
}

bool RemoteMessage::may_expire(const Timeout& timeout) noexcept {
    AreaHeader& header = area_->header();
    if (header.state == AreaState::queued) {
        if (timeout.limits(while_sending)) {
            return true;
        }
        header.ring_when_received = 1;
        if (header.state == AreaState::queued) {
            return false;
        }
    }
    return timeout.limits(while_replying);
}

bool RemoteMessage::give_up(int cause) {
    if (leave(AreaState::queued) || (!unblocks_ && leave(AreaState::received))) {
        return true;
    }
    if (unblocks_ && !asked_) {
        asked_ = true;
        request_unblock(cause);
    }
    return false;
}

// True when the server will not answer any more.
bool RemoteMessage::leave(AreaState from) noexcept {
    if (!area_->header().state.compare_exchange_strong(from, AreaState::withdrawn)) {
        return false;
    }
    // A server that does not read this now finds it out when it comes to the message.
    Frame frame;
    frame.kind = FrameKind::withdraw;
    frame.area = area_->number();
    static_cast<void>(link_.send(frame));
    return true;
}

void RemoteMessage::request_unblock(int cause) {
    constexpr std::chrono::milliseconds moment{100};
    Frame frame;
    frame.kind = FrameKind::unblock;
    frame.area = area_->number();
    frame.error = cause;
    int error = 0;
    while (((error = link_.send(frame)) == EAGAIN || error == ENOMEM) && !answered()) {
        if (error == EAGAIN) {
            static_cast<void>(link_.await_room(base::monotonic_clock().now() + moment));
        } else {
            ::poll(nullptr, 0, static_cast<int>(moment.count()));  // the socket has room
        }
    }
}

// The server may have written anything there.
Answer RemoteMessage::take_answer() noexcept {
    AreaHeader& header = area_->header();
    if (area_->refused()) {
        return {.error = EAGAIN, .status = 0};  // the server had no descriptor for it
    }
    if (header.state != AreaState::answered) {
        return {.error = ESRCH, .status = 0};  // the server has ended
    }
    const int error = header.error;
    if (error != 0) {
        return {.error = error > 0 ? error : EBADMSG, .status = 0};
    }
    const std::size_t count = std::min<std::size_t>(header.range_count, AreaHeader::ranges_max);
    for (std::size_t at = 0; at < count; ++at) {
        const AreaRange range = header.ranges[at];
        const std::size_t offset = std::min<std::size_t>(range.offset, room_size_);
        const ::iovec written = piece_of(area_->message() + size_ + offset,
                                         std::min<std::size_t>(range.size, room_size_ - offset));
        copy(room_, offset, {&written, 1}, 0);
    }
    return {.error = 0, .status = header.status};
}

}  // namespace tocsin::qnx
