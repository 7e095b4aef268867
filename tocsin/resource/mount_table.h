// What is mounted where, as the kernel lists it. Private to tocsin/resource.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <system_error>
#include <vector>

namespace tocsin::resource {

struct MountEntry {
    std::uint64_t id = 0;  // not given to another mount while this one is there
    std::string path;
    std::string type;    // fuse.tocsin for ours
    std::string source;  // see MountPoint

    std::uint64_t device = 0;  // the minor number, by which the kernel calls a FUSE connection
    ::uid_t uid = 0;           // of FUSE: who mounted it
    ::gid_t gid = 0;
};

inline constexpr std::string_view mount_type = "fuse.tocsin";

// Reads /proc/self/mountinfo, which asks no file system anything.
[[nodiscard]] std::error_code read_mount_table(std::vector<MountEntry>& entries) noexcept;

// One line of it; false when it is not such a line.
[[nodiscard]] bool parse_mount_line(std::string_view line, MountEntry& entry);

// The last, and so topmost, entry of `path`, or nullptr.
[[nodiscard]] const MountEntry* find_mount(const std::vector<MountEntry>& entries,
                                           std::string_view path);

}  // namespace tocsin::resource
