// A message of the kernel, before libfuse sees it. Private to tocsin/resource.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <linux/fuse.h>
#include <optional>
#include <span>
#include <sys/types.h>

namespace tocsin::resource {

// What the first bytes of `bytes`, which are enough, mean.
template <typename T>
[[nodiscard]] T copy_of(std::span<const std::byte> bytes) noexcept {
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

[[nodiscard]] constexpr bool expects_an_answer(std::uint32_t opcode) noexcept {
    return opcode != FUSE_FORGET && opcode != FUSE_BATCH_FORGET && opcode != FUSE_INTERRUPT &&
           opcode != FUSE_NOTIFY_REPLY;
}

// The header of a message that is as long as it says.
[[nodiscard]] std::optional<::fuse_in_header>
header_of(std::span<const std::byte> message) noexcept;

// Whether everything is there that libfuse takes from a message that has a header without looking,
// sizes that it mentions and ends of names included.
[[nodiscard]] bool is_complete(std::span<const std::byte> message) noexcept;

// The thread that waits for the answer; 0: none that is known.
[[nodiscard]] inline ::pid_t waiting_thread(const ::fuse_in_header& header) noexcept {
    return expects_an_answer(header.opcode) ? static_cast<::pid_t>(header.pid) : 0;
}

// The number of the call that a signal has reached, when the message says that.
[[nodiscard]] std::optional<std::uint64_t>
interrupted_call(const ::fuse_in_header& header, std::span<const std::byte> message) noexcept;

}  // namespace tocsin::resource
