// Serving a message in shared memory. Private to tocsin/qnx.
#include <tocsin/qnx/link/remote_call.h>

#include <algorithm>
#include <cerrno>

#include <tocsin/qnx/calls.h>

namespace tocsin::qnx {

RemoteCall::~RemoteCall() {
    const std::lock_guard lock{mutex_};
    if (!over_) {
        let_go_locked();
    }
}

bool RemoteCall::over() const noexcept {
    const std::lock_guard lock{mutex_};
    return over_;
}

// False when the sender has given up in the meantime.
bool RemoteCall::move_locked(AreaState from, AreaState to) noexcept {
    return area_->header().state.compare_exchange_strong(from, to);
}

// The area is the sender's from now on.
void RemoteCall::let_go_locked() noexcept {
    over_ = true;
    area_->header().state.store(AreaState::idle);
}

void RemoteCall::end_locked(AreaState from, int error, long status) noexcept {
    AreaHeader& header = area_->header();
    header.error = error;
    header.status = status;
    header.ranges = ranges_;
    header.range_count = static_cast<std::uint32_t>(range_count_);
    if (!move_locked(from, AreaState::answered)) {
        let_go_locked();
        return;
    }
    over_ = true;
    header.bell.ring();
}

ssize_t RemoteCall::read(Pieces pieces, std::size_t offset) {
    const std::lock_guard lock{mutex_};
    if (!is_received_locked()) {
        return -ESRCH;
    }
    const ::iovec message = piece_of(area_->message(), size_);
    return static_cast<ssize_t>(copy(pieces, 0, {&message, 1}, offset));
}

ssize_t RemoteCall::write(Pieces pieces, std::size_t offset) {
    const std::lock_guard lock{mutex_};
    if (!is_received_locked()) {
        return -ESRCH;
    }
    const ::iovec room = piece_of(area_->message() + size_, room_);
    const std::size_t size = std::min(size_of(pieces).value_or(0), room_ - std::min(room_, offset));
    if (!note_locked(offset, size, ranges_.size() - 1)) {
        return -ENOBUFS;
    }
    return static_cast<ssize_t>(copy({&room, 1}, offset, pieces, 0));
}

// The sender takes over what was written, and leaves the rest of its room as it was. False when
// there are too many places; the last one is kept for the reply.
bool RemoteCall::note_locked(std::size_t offset, std::size_t size, std::size_t places) noexcept {
    if (size == 0) {
        return true;
    }
    if (range_count_ > 0) {
        AreaRange& last = ranges_[range_count_ - 1];
        if (last.offset + last.size == offset) {
            last.size += size;
            return true;
        }
    }
    if (range_count_ >= places) {
        return false;
    }
    ranges_[range_count_++] = {.offset = offset, .size = size};
    return true;
}

void RemoteCall::reply(long status, Pieces pieces) {
    const std::lock_guard lock{mutex_};
    if (!is_received_locked()) {
        return;
    }
    const ::iovec room = piece_of(area_->message() + size_, room_);
    static_cast<void>(note_locked(0, copy({&room, 1}, 0, pieces, 0), ranges_.size()));
    end_locked(AreaState::received, 0, status);
}

void RemoteCall::fail(int error) {
    const std::lock_guard lock{mutex_};
    if (!over_) {
        end_locked(rcvid_ == 0 ? AreaState::queued : AreaState::received, error, 0);
    }
}

// A sender that has given up while this was queued has its area back at once; who receives it finds
// nothing to read.
void RemoteCall::received(int rcvid) noexcept {
    const std::lock_guard lock{mutex_};
    if (over_ || !move_locked(AreaState::queued, AreaState::received)) {
        static_cast<void>(Calls::take(rcvid));
        if (!over_) {
            let_go_locked();
        }
        return;
    }
    rcvid_ = rcvid;
    AreaHeader& header = area_->header();
    if (header.ring_when_received.exchange(0) != 0) {
        header.bell.ring();
    }
}

bool RemoteCall::returned() noexcept {
    const std::lock_guard lock{mutex_};
    if (over_) {
        return false;
    }
    if (cause_ != 0) {
        end_locked(AreaState::received, cause_, 0);
        return false;
    }
    rcvid_ = 0;
    if (!move_locked(AreaState::received, AreaState::queued)) {
        let_go_locked();
        return false;
    }
    return true;
}

void RemoteCall::give_up(Channel& channel) noexcept {
    for (int before = 0; !over();) {
        if (channel.withdraw(*this)) {
            const std::lock_guard lock{mutex_};
            let_go_locked();
            return;
        }
        const int number = rcvid();
        if (number != 0 && number == before) {
            return;  // it is being answered
        }
        if (number != 0 && Calls::take(number) != nullptr) {
            return leave_server(channel);
        }
        before = number;  // a receiver that was cancelled may put it back, and is looked for again
    }
}

void RemoteCall::leave_server(Channel& channel) noexcept {
    {
        const std::lock_guard lock{mutex_};
        let_go_locked();
    }
    if (channel.has(_NTO_CHF_UNBLOCK)) {
        pulse_unblock(channel);
    }
}

}  // namespace tocsin::qnx
