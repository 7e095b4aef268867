// The memory of a client's messages. Private to tocsin/qnx.
#include <tocsin/qnx/link/client_link.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <new>

#include <tocsin/qnx/link/client_links.h>

namespace tocsin::qnx {

bool ClientLink::take_area(const Frame& frame, const base::Descriptor& passed) {
    if (!passed || areas_.size() == areas_max || areas_.contains(frame.area)) {
        return false;
    }
    const std::shared_ptr<Area> area = Area::accept(frame.area, frame.size, passed);
    if (area == nullptr || area->size() > area_bytes_max - area_bytes_) {
        return false;
    }
    if (!keep_area(frame.area, area)) {
        return refuse_area(frame);
    }
    area_bytes_ += area->size();
    Frame taken;
    taken.kind = FrameKind::area_taken;
    taken.coid = frame.coid;
    return frame.coid == 0 || answer(taken);
}

// False for want of memory, or when its user has as many in all his links as he may.
bool ClientLink::keep_area(std::uint32_t number, const std::shared_ptr<Area>& area) noexcept {
    const std::lock_guard lock{mutex_};
    try {
        areas_.emplace(number, area);
    } catch (const std::bad_alloc&) {
        return false;
    }
    if (!ClientLinks::take(ClientLinks::Share::area, peer_.uid)) {
        areas_.erase(number);
        return false;
    }
    return true;
}

std::shared_ptr<Area> ClientLink::area(std::uint32_t number) noexcept {
    const std::lock_guard lock{mutex_};
    const auto found = areas_.find(number);
    return found == areas_.end() ? nullptr : found->second;
}

// Its descriptor has found no place here, which is no fault of the client's. The memory of a
// message costs it that message; where sleepers would be shared, the client is told of its mail by
// the socket. Without a mailbox there is no client.
bool ClientLink::take_without_descriptor(const Frame& frame) noexcept {
    if (!greeted_ || frame.kind != FrameKind::area || areas_.contains(frame.area)) {
        return greeted_ && frame.kind == FrameKind::sleepers;
    }
    return refuse_area(frame);
}

// The client goes on without it.
bool ClientLink::refuse_area(const Frame& frame) noexcept {
    Frame refused;
    refused.kind = FrameKind::area_refused;
    refused.area = frame.area;
    refused.coid = frame.coid;
    return answer(refused);
}

}  // namespace tocsin::qnx
