// The file or directory that a mount covers. Private to tocsin/resource.
#pragma once

#include <string>

#include <tocsin/base/descriptor.h>

namespace tocsin::resource {

// Finds out where the path really is, replaces a mount that a dead manager left there, and makes
// what is missing. While begin_exclusively() lasts no other manager prepares a path beside it.
class Placeholder {
public:
    enum class Kind : bool { file, directory };

    // Throws std::system_error with an Error and leaves nothing behind then.
    Placeholder(const std::string& path, Kind kind);

    // Removes what was made, unless somebody has put something into it.
    ~Placeholder();
    Placeholder(const Placeholder&) = delete;
    Placeholder& operator=(const Placeholder&) = delete;

    // Without symbolic links.
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] Kind kind() const noexcept { return kind_; }

    // Whether it is removed at the end: made here, or by the dead manager that was replaced.
    [[nodiscard]] bool made() const noexcept { return made_; }

    // The mount is there: others may prepare theirs.
    void end_exclusively() noexcept { lock_.reset(); }

private:
    void begin_exclusively();
    void clear_mounts();
    void check_or_make();
    void make();

    std::string path_;
    Kind kind_;
    bool made_ = false;
    base::Descriptor lock_;
};

}  // namespace tocsin::resource
