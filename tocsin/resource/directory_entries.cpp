// Entries of a directory as the kernel wants them. Private to tocsin/resource.
#include <algorithm>
#include <cstring>
#include <linux/fuse.h>

#include <tocsin/resource/file_call.h>

namespace tocsin::resource {

bool DirectoryEntries::add(std::string_view name, std::uint64_t inode, ::mode_t kind,
                           std::int64_t next_offset) {
    const std::size_t length = FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + name.size());
    if (length > size_ - bytes_.size()) {
        return false;
    }
    if (bytes_.empty()) {
        bytes_.reserve(size_);
    }
    ::fuse_dirent entry = {};
    entry.ino = inode;
    entry.off = static_cast<std::uint64_t>(next_offset);
    entry.namelen = static_cast<std::uint32_t>(name.size());
    entry.type = (kind & ::mode_t{S_IFMT}) >> 12U;
    const std::size_t start = bytes_.size();
    bytes_.resize(start + length);
    std::memcpy(bytes_.data() + start, &entry, FUSE_NAME_OFFSET);
    std::ranges::copy(std::as_bytes(std::span{name}),
                      bytes_.begin() + static_cast<std::ptrdiff_t>(start + FUSE_NAME_OFFSET));
    return true;
}

}  // namespace tocsin::resource
