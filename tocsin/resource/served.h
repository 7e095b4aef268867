// What is served on this machine, by whom, and who waits there. Public.
#pragma once

#include <string>
#include <system_error>
#include <vector>

namespace tocsin::resource {

// The extended attribute that every mount, and every resource in it, answers with its status: one
// JSON document of at most 64 KiB that says how much it leaves out.
inline constexpr const char* status_attribute = "user.tocsin.status";

// The paths in this mount namespace that a manager serves, or has left behind dead. Fails with what
// reading /proc/self/mountinfo fails with.
[[nodiscard]] std::error_code list_served_paths(std::vector<std::string>& paths);

// Asks the manager of `path` for its status. Fails with ENOTCONN when it is dead, EOPNOTSUPP or
// ENODATA when the path is not served, ENOENT, EACCES and so on. Blocks as long as the manager is
// stopped; a signal ends that.
[[nodiscard]] std::error_code read_status(const std::string& path, std::string& json);

}  // namespace tocsin::resource
