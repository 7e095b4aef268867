// Copying between lists of pieces. Private to tocsin/qnx.
#include <tocsin/qnx/pieces.h>

#include <algorithm>
#include <climits>
#include <cstring>

namespace tocsin::qnx {

namespace {

// A place in a list.
class Position {
public:
    Position(Pieces pieces, std::size_t offset) noexcept : pieces_{pieces}, offset_{offset} {
        settle();
    }

    // What lies here without a gap; 0 at the end.
    [[nodiscard]] std::size_t available() const noexcept {
        return pieces_.empty() ? 0 : pieces_.front().iov_len - offset_;
    }
    [[nodiscard]] std::byte* bytes() const noexcept {
        return static_cast<std::byte*>(pieces_.front().iov_base) + offset_;
    }
    void advance(std::size_t size) noexcept {
        offset_ += size;
        settle();
    }

private:
    void settle() noexcept {
        while (!pieces_.empty() && offset_ >= pieces_.front().iov_len) {
            offset_ -= pieces_.front().iov_len;
            pieces_ = pieces_.subspan(1);
        }
    }

    Pieces pieces_;
    std::size_t offset_;
};

}  // namespace

std::optional<std::size_t> size_of(Pieces pieces) noexcept {
    std::size_t size = 0;
    for (const ::iovec& piece : pieces) {
        if (piece.iov_len > std::size_t{SSIZE_MAX} - size) {
            return {};
        }
        size += piece.iov_len;
    }
    return size;
}

std::size_t copy(Pieces to, std::size_t to_offset, Pieces from, std::size_t from_offset) noexcept {
    Position target{to, to_offset};
    Position source{from, from_offset};
    std::size_t copied = 0;
    for (;;) {
        const std::size_t size = std::min(target.available(), source.available());
        if (size == 0) {
            return copied;
        }
        std::memcpy(target.bytes(), source.bytes(), size);
        target.advance(size);
        source.advance(size);
        copied += size;
    }
}

}  // namespace tocsin::qnx
