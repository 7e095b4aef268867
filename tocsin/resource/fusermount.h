// Mounting for users that are not root: the program fusermount3. Private to tocsin/resource.
#pragma once

#include <string>
#include <system_error>

#include <tocsin/base/descriptor.h>

namespace tocsin::resource {

// Has fusermount3 mount `path` and hand over the device that it opens. Fails with EPERM when it
// refuses, and with what it complains of; or with what starting it, or taking over the device,
// fails with. Nothing is mounted then.
[[nodiscard]] std::error_code mount_with_fusermount(const std::string& path,
                                                    const std::string& options,
                                                    base::Descriptor& device,
                                                    std::string& complaint);

// Has it detach `path`. Fails with EPERM when it refuses, or with what starting it fails with.
[[nodiscard]] std::error_code unmount_with_fusermount(const std::string& path) noexcept;

}  // namespace tocsin::resource
