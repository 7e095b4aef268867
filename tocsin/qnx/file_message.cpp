// Reading, writing and ending a message of the kernel. Private to tocsin/qnx.
#include <tocsin/qnx/file_message.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include <tocsin/qnx/binding.h>
#include <tocsin/qnx/calls.h>
#include <tocsin/qnx/current.h>
#include <tocsin/qnx/pieces.h>
#include <tocsin/qnx/served_path.h>

namespace tocsin::qnx {

namespace {

// What a manager says that it has; more than there can be is nothing.
std::size_t length_of(Pieces pieces) noexcept {
    return size_of(pieces).value_or(0);
}

}  // namespace

std::size_t Outcome::size() const noexcept {
    return length_of(parts);
}

std::size_t Outcome::copy_to(void* target, std::size_t size) const noexcept {
    const ::iovec piece = piece_of(target, size);
    return copy({&piece, 1}, 0, parts, 0);
}

FileMessage::FileMessage(std::shared_ptr<Client> client, const ::_msg_info& info,
                         std::shared_ptr<Binding> binding, resource::FileCall call,
                         std::size_t reply_size, Finish finish, std::uintptr_t context) noexcept
    : Call{std::move(client), info},
      binding_{std::move(binding)},
      call_{std::move(call)},
      id_{call_.id()},
      reply_size_{reply_size},
      finish_{finish},
      context_{context} {}

FileMessage::~FileMessage() {
    binding_->path().leave(*this);
}

void FileMessage::set_area(std::shared_ptr<Area> area, std::size_t size) noexcept {
    area_ = std::move(area);
    area_size_ = size;
    bytes_ = {area_->message(), area_size_};
}

void FileMessage::set_part(std::span<const std::byte> part) noexcept {
    part_ = part;
    if (area_ == nullptr) {
        bytes_ = part;
    }
}

void FileMessage::keep() noexcept {
    const std::lock_guard lock{mutex_};
    try {
        kept_.assign(part_.begin(), part_.end());
    } catch (const std::bad_alloc&) {
        kept_.clear();
    }
    part_ = kept_;
    if (area_ == nullptr) {
        bytes_ = kept_;
    }
}

unsigned FileMessage::type() const noexcept {
    std::uint16_t type = 0;
    if (kept_.size() >= sizeof type) {
        std::memcpy(&type, kept_.data(), sizeof type);
    }
    return type;
}

ssize_t FileMessage::read(std::span<const ::iovec> pieces, std::size_t offset) {
    const std::lock_guard lock{mutex_};
    const ::iovec message = piece_of(bytes_.data(), bytes_.size());
    return static_cast<ssize_t>(copy(pieces, 0, {&message, 1}, offset));
}

ssize_t FileMessage::write(std::span<const ::iovec> pieces, std::size_t offset) {
    if (offset >= reply_size_) {
        return 0;
    }
    const std::size_t end = offset + std::min(length_of(pieces), reply_size_ - offset);
    const std::lock_guard lock{mutex_};
    try {
        written_.resize(std::max(written_.size(), end));
    } catch (const std::bad_alloc&) {
        return -ENOMEM;
    }
    const ::iovec room = piece_of(written_.data(), end);
    return static_cast<ssize_t>(copy({&room, 1}, offset, pieces, 0));
}

// What was written before lies under the reply, and shows where the reply ends before it.
void FileMessage::reply(long status, std::span<const ::iovec> pieces) {
    const std::lock_guard lock{mutex_};
    if (written_.empty()) {
        return finish_(*this, {.status = status, .parts = pieces});
    }
    const ::iovec whole = piece_of(written_.data(), written_.size());
    copy({&whole, 1}, 0, pieces, 0);
    const std::size_t size = length_of(pieces);
    if (size >= written_.size()) {
        finish_(*this, {.status = status, .parts = pieces});
    } else {
        finish_(*this, {.status = status, .parts = std::span{&whole, 1}});
    }
}

// Only who sends a message can send it again; the kernel would hand ERESTART on to the program.
void FileMessage::fail(int error) {
    const bool by_sender = area_ != nullptr;
    finish_(*this, {.error = error == ERESTART && !by_sender ? EINTR : error});
}

std::shared_ptr<Binding> binding_for(const ::resmgr_context_t& context) noexcept {
    const auto message = std::dynamic_pointer_cast<FileMessage>(Calls::find(context.rcvid));
    if (message != nullptr) {
        return message->binding();
    }
    Binding* const current = CurrentRequest::binding();
    return current == nullptr ? nullptr : current->shared_from_this();
}

::_msg_info FileMessage::info() const noexcept {
    ::_msg_info info = info_;
    if ((state_ & interrupted) != 0) {
        info.flags |= _NTO_MI_UNBLOCK_REQ;
    }
    return info;
}

FileMessage::Asked FileMessage::park() noexcept {
    const unsigned before = state_.fetch_or(parked);
    return {.to_unblock = (before & interrupted) != 0, .again = (before & again) != 0};
}

// Once.
bool FileMessage::interrupt() noexcept {
    return (state_.fetch_or(interrupted) & (parked | interrupted)) == parked;
}

bool FileMessage::ask_again() noexcept {
    return (state_.fetch_or(again) & parked) != 0;
}

}  // namespace tocsin::qnx
