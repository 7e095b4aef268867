// Splicing, and copying where that is refused. Private to tocsin/ivykis.
#include <tocsin/ivykis/pump_carrier.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <unistd.h>
#include <utility>

namespace tocsin::ivykis {

namespace {

template <typename Call>
ssize_t uninterrupted(Call call) noexcept {
    ssize_t result = 0;
    do {
        result = call();
    } while (result < 0 && errno == EINTR);
    return result;
}

ssize_t splice_some(int from, int to, std::size_t size) noexcept {
    return uninterrupted([=] {
        return ::splice(from, nullptr, to, nullptr, size, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    });
}

// What the kernel answers when it cannot splice a descriptor, or cannot splice at all.
bool refused(int error) noexcept {
    return error == EINVAL || error == ENOSYS || error == EPERM;
}

}  // namespace

PumpPipe PumpPipes::take() noexcept {
    if (count_ > 0) {
        return std::move(kept_[--count_]);
    }
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        return {};
    }
    return {base::Descriptor{ends[0]}, base::Descriptor{ends[1]}};
}

void PumpPipes::put(PumpPipe pipe) noexcept {
    if (pipe.reader && count_ < kept_max) {
        kept_[count_++] = std::move(pipe);
    }
}

void PumpCarrier::hand_back(PumpPipes& pipes) noexcept {
    pipes.put(std::exchange(pipe_, PumpPipe{}));
}

ssize_t PumpCarrier::take_from(int descriptor) noexcept {
    if (!copies()) {
        const ssize_t got = splice_some(descriptor, pipe_.writer.number(), room());
        if (got >= 0 || !refused(errno)) {
            size_ += got > 0 ? static_cast<std::size_t>(got) : 0;
            return got;
        }
    }
    return change_to_copying() ? read_from(descriptor) : -1;
}

ssize_t PumpCarrier::give_to(int descriptor) noexcept {
    if (!copies()) {
        const ssize_t put = splice_some(pipe_.reader.number(), descriptor, size_);
        if (put >= 0 || !refused(errno)) {
            size_ -= put > 0 ? static_cast<std::size_t>(put) : 0;
            return put;
        }
    }
    return change_to_copying() ? write_to(descriptor) : -1;
}

// Does nothing when it copies already; false with ENOMEM.
bool PumpCarrier::change_to_copying() noexcept {
    if (memory_ == nullptr) {
        memory_.reset(new (std::nothrow) char[capacity]);
        if (memory_ == nullptr) {
            errno = ENOMEM;
            return false;
        }
    }
    // The pipe holds size_ bytes, which fit.
    for (std::size_t moved = 0; !copies() && moved < size_;) {
        const ssize_t got = ::read(pipe_.reader.number(), memory_.get() + moved, size_ - moved);
        moved += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    pipe_ = PumpPipe{};
    return true;
}

ssize_t PumpCarrier::read_from(int descriptor) noexcept {
    if (begin_ > 0) {
        std::memmove(memory_.get(), memory_.get() + begin_, size_);
        begin_ = 0;
    }
    const ssize_t got = uninterrupted(
        [this, descriptor] { return ::read(descriptor, memory_.get() + size_, room()); });
    size_ += got > 0 ? static_cast<std::size_t>(got) : 0;
    return got;
}

ssize_t PumpCarrier::write_to(int descriptor) noexcept {
    const ssize_t put = uninterrupted(
        [this, descriptor] { return ::write(descriptor, memory_.get() + begin_, size_); });
    if (put > 0) {
        begin_ += static_cast<std::size_t>(put);
        size_ -= static_cast<std::size_t>(put);
    }
    return put;
}

}  // namespace tocsin::ivykis
