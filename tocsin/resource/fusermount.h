// Mounting for users that are not root: the program fusermount3. Private to tocsin/resource.
#pragma once

#include <string>
#include <system_error>

#include <tocsin/base/descriptor.h>

namespace tocsin::resource {

// Has fusermount3 mount `path`; the device that it opened, or none and what it complained of.
[[nodiscard]] base::Descriptor
mount_with_fusermount(const std::string& path, const std::string& options, std::string& complaint);

// Has it detach `path`. Fails with EPERM when it refuses, or with what starting it fails with.
[[nodiscard]] std::error_code unmount_with_fusermount(const std::string& path) noexcept;

}  // namespace tocsin::resource
