// Bytes that lie in pieces. Private to tocsin/qnx.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <sys/uio.h>

namespace tocsin::qnx {

using Pieces = std::span<const ::iovec>;

// As many as QNX takes in one list.
inline constexpr std::size_t pieces_max = std::size_t{1} << 19U;

// How many bytes the pieces are together; empty when ssize_t cannot say it.
[[nodiscard]] std::optional<std::size_t> size_of(Pieces pieces) noexcept;

// Copies into `to` at its `to_offset` what is in `from` at its `from_offset`, as much as there is
// and there is room for. Returns the bytes copied. The pieces do not overlap.
std::size_t copy(Pieces to, std::size_t to_offset, Pieces from, std::size_t from_offset) noexcept;

[[nodiscard]] inline ::iovec piece_of(const void* bytes, std::size_t size) noexcept {
    return {.iov_base = const_cast<void*>(bytes), .iov_len = size};
}

}  // namespace tocsin::qnx
