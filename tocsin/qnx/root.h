// TOCSIN_ROOT: the directory below which a program's absolute paths are served and found. Private
// to tocsin/qnx.
#pragma once

#include <array>
#include <climits>
#include <string>

namespace tocsin::qnx {

// Where a path is to be served: below TOCSIN_ROOT, if it is absolute and that is set, with the
// directories on the way made. Throws std::system_error when they cannot be.
[[nodiscard]] std::string place_to_serve(const char* path);

// Whether the environment names a root.
[[nodiscard]] bool root_is_set() noexcept;

// What a client means by a path: what is there below TOCSIN_ROOT, or else the path itself. Neither
// allocates nor changes errno.
class FoundPath {
public:
    explicit FoundPath(const char* path) noexcept;
    FoundPath(const FoundPath&) = delete;
    FoundPath& operator=(const FoundPath&) = delete;

    [[nodiscard]] const char* get() const noexcept { return path_; }

private:
    const char* path_;
    std::array<char, PATH_MAX> below_;  // filled only where it is used
};

}  // namespace tocsin::qnx
