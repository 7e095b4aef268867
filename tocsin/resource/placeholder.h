// The file or directory that a mount covers. Private to tocsin/resource.
#pragma once

#include <string>
#include <sys/stat.h>
#include <sys/types.h>

#include <tocsin/base/descriptor.h>

namespace tocsin::resource {

// Finds out where the path really is, replaces a mount that a dead manager left there, and makes
// what is missing. Until end_exclusively() no other manager prepares a path in the same directory.
class Placeholder {
public:
    enum class Kind : bool { file, directory };

    // Throws std::system_error with an Error and leaves nothing behind then.
    Placeholder(const std::string& path, Kind kind);

    // Removes what was made, if it is there still and empty.
    ~Placeholder();
    Placeholder(const Placeholder&) = delete;
    Placeholder& operator=(const Placeholder&) = delete;

    // Without symbolic links.
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] Kind kind() const noexcept { return kind_; }

    // Whether it is removed at the end: made here, or by the dead manager that was replaced.
    [[nodiscard]] bool made() const noexcept { return made_; }

    // What file it is.
    [[nodiscard]] ::dev_t device() const noexcept { return device_; }
    [[nodiscard]] ::ino_t inode() const noexcept { return inode_; }

    // A way to what was found or made, and to nothing that somebody has put in its place since.
    // Throws std::system_error.
    [[nodiscard]] base::Descriptor reach() const;

    // The mount is there: others may prepare theirs.
    void end_exclusively() noexcept;

private:
    void begin_exclusively();
    void clear_mounts();
    bool check_or_make();  // true: it was not there
    void make();
    void remove() noexcept;
    void take_away() noexcept;
    void note_identity(bool just_made);
    [[nodiscard]] bool is_of_kind(const struct ::stat& status) const noexcept;
    [[nodiscard]] bool has_identity_of(const struct ::stat& status) const noexcept;
    [[nodiscard]] bool is_what_was_made() const noexcept;

    std::string path_;
    Kind kind_;
    bool made_ = false;
    ::dev_t device_ = 0;
    ::ino_t inode_ = 0;
    base::Descriptor lock_;
};

}  // namespace tocsin::resource
