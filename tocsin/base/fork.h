// Tells whether this process is a fork of the one that made an object. Public.
#pragma once

#include <cstdint>

namespace tocsin::base {

// A number that differs between a process that has asked for it and all processes that are forked
// from it later, in whatever way, down the whole line. Reading it costs two loads and no system
// call. Any thread, also in a signal handler. What an object kept of it at construction tells a
// child that the object's descriptors are its parent's.
[[nodiscard]] std::uint32_t fork_generation() noexcept;

}  // namespace tocsin::base
