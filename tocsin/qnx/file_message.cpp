// Reading, writing and ending a message of the kernel. Private to tocsin/qnx.
#include <tocsin/qnx/file_message.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include <tocsin/qnx/binding.h>
#include <tocsin/qnx/served_path.h>

namespace tocsin::qnx {

namespace {

// Copies from `source` to the pieces, from the first one on; returns how much.
std::size_t scatter(std::span<const std::byte> source, std::span<const ::iovec> pieces) noexcept {
    std::size_t done = 0;
    for (const ::iovec& piece : pieces) {
        const std::size_t size = std::min(piece.iov_len, source.size() - done);
        if (size > 0) {
            std::memcpy(piece.iov_base, source.data() + done, size);
        }
        done += size;
    }
    return done;
}

std::size_t gather(std::span<const ::iovec> pieces, std::span<std::byte> target) noexcept {
    std::size_t done = 0;
    for (const ::iovec& piece : pieces) {
        const std::size_t size = std::min(piece.iov_len, target.size() - done);
        if (size > 0) {
            std::memcpy(target.data() + done, piece.iov_base, size);
        }
        done += size;
    }
    return done;
}

std::size_t size_of(std::span<const ::iovec> pieces) noexcept {
    std::size_t size = 0;
    for (const ::iovec& piece : pieces) {
        size += piece.iov_len;
    }
    return size;
}

}  // namespace

std::size_t Outcome::size() const noexcept {
    return size_of(parts);
}

std::size_t Outcome::copy_to(void* target, std::size_t size) const noexcept {
    return gather(parts, {static_cast<std::byte*>(target), size});
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

void FileMessage::keep() noexcept {
    const std::lock_guard lock{mutex_};
    try {
        kept_.assign(bytes_.begin(), bytes_.end());
    } catch (const std::bad_alloc&) {
        kept_.clear();
    }
    bytes_ = kept_;
}

ssize_t FileMessage::read(std::span<const ::iovec> pieces, std::size_t offset) {
    const std::lock_guard lock{mutex_};
    if (offset >= bytes_.size()) {
        return 0;
    }
    return static_cast<ssize_t>(scatter(bytes_.subspan(offset), pieces));
}

ssize_t FileMessage::write(std::span<const ::iovec> pieces, std::size_t offset) {
    if (offset >= reply_size_) {
        return 0;
    }
    const std::size_t end = offset + std::min(size_of(pieces), reply_size_ - offset);
    const std::lock_guard lock{mutex_};
    try {
        written_.resize(std::max(written_.size(), end));
    } catch (const std::bad_alloc&) {
        return -ENOMEM;
    }
    return static_cast<ssize_t>(gather(pieces, std::span{written_}.subspan(offset, end - offset)));
}

// What was written before lies under the reply, and shows where the reply ends before it.
void FileMessage::reply(long status, std::span<const ::iovec> pieces) {
    const std::lock_guard lock{mutex_};
    if (written_.empty()) {
        return finish_(*this, {.status = status, .parts = pieces});
    }
    gather(pieces, written_);
    const std::size_t size = size_of(pieces);
    if (size >= written_.size()) {
        finish_(*this, {.status = status, .parts = pieces});
    } else {
        const ::iovec whole = {.iov_base = written_.data(), .iov_len = written_.size()};
        finish_(*this, {.status = status, .parts = std::span{&whole, 1}});
    }
}

void FileMessage::fail(int error) {
    finish_(*this, {.error = error});
}

::_msg_info FileMessage::info() const noexcept {
    ::_msg_info info = info_;
    if ((state_ & interrupted) != 0) {
        info.flags |= _NTO_MI_UNBLOCK_REQ;
    }
    return info;
}

bool FileMessage::park() {
    return (state_.fetch_or(parked) & interrupted) != 0;
}

bool FileMessage::interrupt() {
    return state_.fetch_or(interrupted) == parked;
}

}  // namespace tocsin::qnx
