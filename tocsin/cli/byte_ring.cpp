// The circular store of bytes. Private to tocsin/cli.
#include <tocsin/cli/byte_ring.h>

#include <algorithm>
#include <cstring>

namespace tocsin::cli {

ByteRing::ByteRing(std::size_t capacity)
    : capacity_{capacity}, bytes_{std::make_unique_for_overwrite<char[]>(capacity)} {}

void ByteRing::write(std::uint64_t offset, std::string_view bytes) noexcept {
    const std::size_t place = offset % capacity_;
    const std::size_t first = std::min(bytes.size(), capacity_ - place);
    std::memcpy(bytes_.get() + place, bytes.data(), first);
    std::memcpy(bytes_.get(), bytes.data() + first, bytes.size() - first);
}

ByteRing::Pieces ByteRing::pieces(std::uint64_t from, std::uint64_t to) const noexcept {
    const std::size_t place = from % capacity_;
    const std::size_t size = to - from;
    const std::size_t first = std::min(size, capacity_ - place);
    return {std::string_view{bytes_.get() + place, first},
            std::string_view{bytes_.get(), size - first}};
}

std::uint64_t ByteRing::after_first_line(std::uint64_t from, std::uint64_t to) const noexcept {
    std::uint64_t piece_begin = from;
    for (const std::string_view piece : pieces(from, to)) {
        if (const std::size_t found = piece.find('\n'); found != std::string_view::npos) {
            return piece_begin + found + 1;
        }
        piece_begin += piece.size();
    }
    return from;
}

std::uint64_t ByteRing::after_last_line(std::uint64_t from, std::uint64_t to) const noexcept {
    const Pieces both = pieces(from, to);
    if (const std::size_t found = both[1].rfind('\n'); found != std::string_view::npos) {
        return from + both[0].size() + found + 1;
    }
    const std::size_t found = both[0].rfind('\n');
    return found == std::string_view::npos ? from : from + found + 1;
}

std::uint64_t ByteRing::count_lines(std::uint64_t from, std::uint64_t to) const noexcept {
    const Pieces both = pieces(from, to);
    const auto count = std::ranges::count(both[0], '\n') + std::ranges::count(both[1], '\n');
    return static_cast<std::uint64_t>(count);
}

}  // namespace tocsin::cli
