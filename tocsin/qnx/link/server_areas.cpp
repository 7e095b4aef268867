// The memory of messages to a server. Private to tocsin/qnx.
#include <tocsin/qnx/link/server_link.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <tocsin/base/errors.h>

namespace tocsin::qnx {

int ServerLink::introduce(const Area& area, int descriptor) {
    Frame question;
    question.kind = FrameKind::area;
    question.area = area.number();
    question.size = area.size();
    Frame answer;
    const int error = ask(question, answer, descriptor);
    return error == 0 && answer.kind == FrameKind::area_refused ? EAGAIN : error;
}

// The smallest that is large enough, and that its server has let go.
std::shared_ptr<Area> ServerLink::idle_area_locked(std::size_t size) noexcept {
    auto best = idle_.end();
    for (auto area = idle_.begin(); area != idle_.end(); ++area) {
        const bool fits = (*area)->size() >= size && (*area)->header().state == AreaState::idle;
        if (fits && (best == idle_.end() || (*area)->size() < (*best)->size())) {
            best = area;
        }
    }
    if (best == idle_.end()) {
        return nullptr;
    }
    std::shared_ptr<Area> area = std::move(*best);
    *best = std::move(idle_.back());
    idle_.pop_back();
    return area;
}

std::shared_ptr<Area> ServerLink::take_area(std::size_t size, base::Descriptor& descriptor) {
    const std::lock_guard lock{mutex_};
    idle_.reserve(idle_.size() + in_use_.size() + 1);
    in_use_.reserve(in_use_.size() + 1);
    std::shared_ptr<Area> area = idle_area_locked(size);
    if (area == nullptr) {
        const bool too_many = idle_.size() + in_use_.size() == areas_max;
        if (too_many || size > area_bytes_max - area_bytes_) {
            throw std::system_error{base::error_of(EAGAIN), "too many messages wait"};
        }
        area = Area::make(next_area_++, size, descriptor);
        area_bytes_ += size;
    }
    in_use_.push_back(area);
    return area;
}

void ServerLink::give_back(std::shared_ptr<Area> area) noexcept {
    const std::lock_guard lock{mutex_};
    if (area->refused()) {
        return forget_locked(area);
    }
    std::erase(in_use_, area);
    idle_.push_back(std::move(area));
}

void ServerLink::forget(const std::shared_ptr<Area>& area) noexcept {
    const std::lock_guard lock{mutex_};
    forget_locked(area);
}

void ServerLink::forget_locked(const std::shared_ptr<Area>& area) noexcept {
    area_bytes_ -= area->size();
    area->empty();
    std::erase(in_use_, area);
}

// The message that is in it fails, or the area goes if its message has gone. A server that lies has
// as many messages fail, as it could by its answers, and loses what they were.
void ServerLink::take_refusal(std::uint32_t number) noexcept {
    const auto is_it = [&](const std::shared_ptr<Area>& area) { return area->number() == number; };
    const std::lock_guard lock{mutex_};
    if (const auto used = std::ranges::find_if(in_use_, is_it); used != in_use_.end()) {
        return (*used)->refuse();
    }
    if (const auto idle = std::ranges::find_if(idle_, is_it); idle != idle_.end()) {
        const std::shared_ptr<Area> area = std::move(*idle);
        idle_.erase(idle);
        forget_locked(area);
    }
}

}  // namespace tocsin::qnx
