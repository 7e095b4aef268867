// A circular store of bytes that are addressed by their place in the stream. Private to tocsin/cli.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace tocsin::cli {

// The last `capacity` bytes of a stream, each known by its offset from the stream's beginning. What
// lies before them has been written over; the caller knows which offsets it still needs. Not
// thread-safe.
class ByteRing {
public:
    // Takes memory that is touched only as it is written. Throws std::bad_alloc.
    explicit ByteRing(std::size_t capacity);

    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

    // Puts `bytes`, at most the capacity, at `offset` and behind.
    void write(std::uint64_t offset, std::string_view bytes) noexcept;

    // What lies in [from, to), in one or two pieces; the second may be empty. Valid until the next
    // write over it.
    using Pieces = std::array<std::string_view, 2>;
    [[nodiscard]] Pieces pieces(std::uint64_t from, std::uint64_t to) const noexcept;

    // The offset just behind the first (the last) end of line in [from, to), or `from` when there
    // is none.
    [[nodiscard]] std::uint64_t after_first_line(std::uint64_t from,
                                                 std::uint64_t to) const noexcept;
    [[nodiscard]] std::uint64_t after_last_line(std::uint64_t from,
                                                std::uint64_t to) const noexcept;

    // How many ends of line there are in [from, to).
    [[nodiscard]] std::uint64_t count_lines(std::uint64_t from, std::uint64_t to) const noexcept;

private:
    std::size_t capacity_;
    std::unique_ptr<char[]> bytes_;
};

}  // namespace tocsin::cli
