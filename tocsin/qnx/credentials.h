// What the kernel tells of a client. Private to tocsin/qnx.
#pragma once

#include <span>
#include <sys/neutrino.h>
#include <sys/types.h>

#include <tocsin/qnx/client.h>

namespace tocsin::qnx {

// The process that `thread` belongs to; `thread` itself when it is gone already.
[[nodiscard]] ::pid_t process_of(::pid_t thread) noexcept;

// Fills `info`, with the first `groups_max` of the client's further groups, if there is room.
void describe(const Credentials& credentials, int groups_max, ::_client_info& info) noexcept;

// All further groups of the process, as many as there is room for; returns how many there are.
[[nodiscard]] unsigned list_groups(::pid_t process, std::span<::gid_t> groups) noexcept;

// Whether the client is in `group`, as far as can be told.
[[nodiscard]] bool is_in_group(const ::_client_info& info, ::gid_t group) noexcept;

}  // namespace tocsin::qnx
