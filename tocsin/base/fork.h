// Tells whether this process is a fork of the one that made an object. Public.
#pragma once

#include <cstdint>

namespace tocsin::base {

// A number that differs between a process and its forked children, down the whole line. Reading it
// costs one load and no system call. Any thread, also in a signal handler. What an object kept of
// it at construction tells a child that the object's descriptors are its parent's.
[[nodiscard]] std::uint32_t fork_generation() noexcept;

}  // namespace tocsin::base
