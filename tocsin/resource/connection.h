// The kernel's own list of FUSE connections. Private to tocsin/resource.
#pragma once

#include <string>
#include <system_error>

namespace tocsin::resource {

// Ends the service of what is mounted last at `path`, whoever holds its device: all calls of
// clients fail. The user who mounted it may do that, and root. Fails with ENOENT where it is no
// mount of ours, or the list is not there: it is a file system, fusectl, that has to be mounted on
// /sys/fs/fuse/connections, as systemd does.
[[nodiscard]] std::error_code cut_connection(const std::string& path) noexcept;

}  // namespace tocsin::resource
