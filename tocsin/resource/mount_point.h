// A mount in the kernel. Private to tocsin/resource.
#pragma once

#include <cstdint>
#include <string>
#include <system_error>

#include <tocsin/base/descriptor.h>
#include <tocsin/resource/placeholder.h>

namespace tocsin::resource {

struct MountEntry;

// Mounts FUSE on a placeholder, by itself as root, else through fusermount3. In the kernel's list
// the source says whether the placeholder was made, so that whoever replaces a dead mount knows.
class MountPoint {
public:
    // Who says what a client may open: the kernel, by mode, uid and gid, or whoever serves.
    enum class Checks : bool { by_kernel, by_server };

    // Throws std::system_error with Error::no_fuse, Error::mount_refused, or, when the user may not
    // write the placeholder, Error::no_placeholder.
    explicit MountPoint(const Placeholder& placeholder, Checks checks = Checks::by_kernel);

    // As unmount().
    ~MountPoint() { unmount(); }
    MountPoint(const MountPoint&) = delete;
    MountPoint& operator=(const MountPoint&) = delete;

    // The descriptor over which the kernel asks; does not block, closed on exec.
    [[nodiscard]] base::Descriptor take_device() noexcept { return std::move(device_); }

    // Detaches the mount if it is still there and nobody has mounted anything over it. The
    // connection has been cut before, or nobody may be in a position to answer what unmounting
    // asks.
    void unmount() noexcept;

    // Detaches whatever is mounted last at `path`.
    [[nodiscard]] static std::error_code detach(const std::string& path) noexcept;

    [[nodiscard]] static bool covers_made_placeholder(const MountEntry& entry) noexcept;

private:
    void mount_as_root(const Placeholder& placeholder, Checks checks);
    void mount_through_program(const Placeholder& placeholder, Checks checks);
    void note_id();
    [[nodiscard]] bool is_on_top() const noexcept;

    std::string path_;
    base::Descriptor device_;
    std::uint64_t id_ = 0;  // in the kernel's list; 0 when nothing is mounted
};

}  // namespace tocsin::resource
