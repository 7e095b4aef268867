// What has been read of an open directory. Private to tocsin/qnx.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <tocsin/resource/file_call.h>

namespace tocsin::qnx {

// The kernel comes back for what it had no room for, and seeks; a manager hands each entry out
// once. So what it has handed out last is kept, and entries are counted from the start of the
// directory: the number of an entry is its offset. One call at a time.
class DirectoryListing {
public:
    // Whether the entry at `offset` is there, or may still come from the manager.
    [[nodiscard]] bool reaches(std::int64_t offset) const noexcept { return offset >= first_; }
    [[nodiscard]] bool has(std::int64_t offset) const noexcept;
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    [[nodiscard]] bool started() const noexcept { return ended_ || !entries_.empty(); }

    // The manager is back at the start.
    void restart() noexcept;

    // Takes over what the manager has handed out, nothing being the end. False when that is no row
    // of struct dirent. Throws std::bad_alloc.
    [[nodiscard]] bool take(std::span<const std::byte> bytes);

    // As many entries from `offset` on as there is room for. Throws std::bad_alloc.
    void put(std::int64_t offset, resource::DirectoryEntries& entries) const;

private:
    struct Entry {
        std::string name;
        std::uint64_t inode = 0;
    };

    [[nodiscard]] std::int64_t end() const noexcept {
        return first_ + static_cast<std::int64_t>(entries_.size());
    }

    std::vector<Entry> entries_;
    std::int64_t first_ = 0;
    bool ended_ = false;
};

}  // namespace tocsin::qnx
