// Reading the entries that a manager hands out. Private to tocsin/qnx.
#include <tocsin/qnx/directory_listing.h>

#include <cstring>
#include <dirent.h>
#include <string_view>

namespace tocsin::qnx {

namespace {

// QNX's entry is laid out as glibc's, see include/dirent.h.
constexpr std::size_t header_size = offsetof(struct ::dirent, d_name);

// Programs take an inode of 0 for an entry that is not there.
constexpr std::uint64_t unknown_inode = 0xffff'ffff;

bool is_name(std::string_view name) noexcept {
    return !name.empty() && name.size() <= NAME_MAX && !name.contains('/');
}

}  // namespace

bool DirectoryListing::has(std::int64_t offset) const noexcept {
    return offset >= first_ && offset < end();
}

void DirectoryListing::restart() noexcept {
    entries_.clear();
    first_ = 0;
    ended_ = false;
}

bool DirectoryListing::take(std::span<const std::byte> bytes) {
    std::vector<Entry> taken;
    while (!bytes.empty()) {
        struct ::dirent header;
        if (bytes.size() <= header_size) {
            return false;
        }
        std::memcpy(&header, bytes.data(), header_size);
        const std::size_t size = header.d_reclen;
        if (size <= header_size || size > bytes.size()) {
            return false;
        }
        const auto* const text = reinterpret_cast<const char*>(bytes.data() + header_size);
        const std::string_view name{text, ::strnlen(text, size - header_size)};
        if (!is_name(name)) {
            return false;
        }
        taken.push_back(
            {.name = std::string{name}, .inode = header.d_ino == 0 ? unknown_inode : header.d_ino});
        bytes = bytes.subspan(size);
    }
    ended_ = taken.empty();
    if (!ended_) {
        first_ = end();
        entries_ = std::move(taken);
    }
    return true;
}

void DirectoryListing::put(std::int64_t offset, resource::DirectoryEntries& entries) const {
    for (; has(offset); ++offset) {
        const Entry& entry = entries_[static_cast<std::size_t>(offset - first_)];
        // What kind it is only its own stat(2) says.
        if (!entries.add(entry.name, entry.inode, 0, offset + 1)) {
            return;
        }
    }
}

}  // namespace tocsin::qnx
