// Telling the ends of connections, now or later. Private to tocsin/qnx.
#include <tocsin/qnx/link/untold_ends.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include <tocsin/qnx/link/frame.h>
#include <tocsin/qnx/link/server_link.h>

namespace tocsin::qnx {

namespace {

bool is_for_now(int error) noexcept {
    return error == EAGAIN || error == ENOMEM;
}

}  // namespace

void UntoldEnds::expect() {
    const std::lock_guard lock{mutex_};
    if (kept_.capacity() == places_) {
        kept_.reserve(std::max<std::size_t>(2 * places_, 1));
    }
    ++places_;
}

void UntoldEnds::does_not_come() noexcept {
    const std::lock_guard lock{mutex_};
    give_up_place_locked();
}

// A server may answer what it was not asked.
void UntoldEnds::give_up_place_locked() noexcept {
    places_ -= places_ > kept_.size() ? 1U : 0U;
}

bool UntoldEnds::tell(const End& end) noexcept {
    const std::lock_guard lock{mutex_};
    if (is_for_now(send(end)) && kept_.size() < places_) {
        kept_.push_back(end);
        return true;
    }
    give_up_place_locked();
    return false;
}

int UntoldEnds::tell_kept() noexcept {
    const std::lock_guard lock{mutex_};
    while (!kept_.empty()) {
        if (const int error = send(kept_.back()); is_for_now(error)) {
            return error;
        }
        kept_.pop_back();
        --places_;
    }
    return 0;
}

int UntoldEnds::send(const End& end) noexcept {
    Frame frame;
    frame.kind = FrameKind::detach;
    frame.chid = end.chid;
    frame.number = static_cast<std::uint64_t>(end.scoid);
    frame.bits = end.flags;
    return link_.send(frame);
}

}  // namespace tocsin::qnx
