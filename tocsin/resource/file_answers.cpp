// Writing them. Private to tocsin/resource.
#include <tocsin/resource/file_answers.h>

#include <algorithm>

#include <tocsin/resource/reply.h>

namespace tocsin::resource {

namespace {

struct Validity {
    std::uint64_t seconds;
    std::uint32_t nanoseconds;
};

Validity validity_of(std::chrono::nanoseconds valid) noexcept {
    const std::chrono::nanoseconds positive = std::max(valid, std::chrono::nanoseconds{0});
    const auto seconds = std::chrono::floor<std::chrono::seconds>(positive);
    return {.seconds = static_cast<std::uint64_t>(seconds.count()),
            .nanoseconds = static_cast<std::uint32_t>((positive - seconds).count())};
}

std::uint64_t seconds_of(const ::timespec& time) noexcept {
    return static_cast<std::uint64_t>(time.tv_sec);
}

std::uint32_t nanoseconds_of(const ::timespec& time) noexcept {
    return static_cast<std::uint32_t>(time.tv_nsec);
}

::fuse_attr fuse_attr_of(const struct ::stat& status) noexcept {
    return {.ino = status.st_ino,
            .size = static_cast<std::uint64_t>(status.st_size),
            .blocks = static_cast<std::uint64_t>(status.st_blocks),
            .atime = seconds_of(status.st_atim),
            .mtime = seconds_of(status.st_mtim),
            .ctime = seconds_of(status.st_ctim),
            .atimensec = nanoseconds_of(status.st_atim),
            .mtimensec = nanoseconds_of(status.st_mtim),
            .ctimensec = nanoseconds_of(status.st_ctim),
            .mode = status.st_mode,
            .nlink = static_cast<std::uint32_t>(status.st_nlink),
            .uid = status.st_uid,
            .gid = status.st_gid,
            .rdev = static_cast<std::uint32_t>(status.st_rdev),
            .blksize = static_cast<std::uint32_t>(status.st_blksize),
            .flags = 0};
}

}  // namespace

::fuse_entry_out fuse_entry_of(const EntryAnswer& entry) noexcept {
    const Validity valid = validity_of(entry.valid);
    return {.nodeid = entry.node,
            .generation = 0,
            .entry_valid = valid.seconds,
            .attr_valid = valid.seconds,
            .entry_valid_nsec = valid.nanoseconds,
            .attr_valid_nsec = valid.nanoseconds,
            .attr = fuse_attr_of(entry.attributes)};
}

::fuse_attr_out fuse_attributes_of(const EntryAnswer& entry) noexcept {
    const Validity valid = validity_of(entry.valid);
    return {.attr_valid = valid.seconds,
            .attr_valid_nsec = valid.nanoseconds,
            .dummy = 0,
            .attr = fuse_attr_of(entry.attributes)};
}

::fuse_open_out fuse_open_of(const OpenAnswer& open) noexcept {
    return {.fh = open.file, .open_flags = open_flags(open.stream), .padding = 0};
}

}  // namespace tocsin::resource
