// Tells whether this process is a fork of the one that made an object. Public.
#pragma once

#include <atomic>
#include <cstdint>

namespace tocsin::base {

// Private to fork_generation(): where its number is, zero in a child until somebody asks there.
extern std::atomic<std::uint32_t>* fork_number;
[[nodiscard]] std::uint32_t begin_fork_generation() noexcept;

// A number that differs between a process that has asked for it and all processes that are forked
// from it later, in whatever way, down the whole line. Reading it costs two loads and no system
// call. Any thread, also in a signal handler. What an object kept of it at construction tells a
// child that the object's descriptors are its parent's.
[[nodiscard]] inline std::uint32_t fork_generation() noexcept {
    const std::uint32_t known = fork_number->load(std::memory_order_relaxed);
    return known != 0 ? known : begin_fork_generation();
}

}  // namespace tocsin::base
