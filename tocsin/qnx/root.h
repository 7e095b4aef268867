// TOCSIN_ROOT: the directory below which a program's absolute paths are served and found. Private
// to tocsin/qnx.
#pragma once

#include <array>
#include <climits>
#include <cstddef>
#include <string>

namespace tocsin::qnx {

// Where a path is to be served: below TOCSIN_ROOT, if it is absolute and that is set, with the
// directories on the way made. Throws std::system_error when they cannot be.
[[nodiscard]] std::string place_to_serve(const char* path);

// Whether the environment names a root.
[[nodiscard]] bool root_is_set() noexcept;

// What a client means by a path: what is there below TOCSIN_ROOT, or else the path itself. A name
// that it makes is made below when the directory for it is there. Neither allocates nor changes
// errno.
class FoundPath {
public:
    enum class Wanted : bool { what_is_there, a_new_name };

    explicit FoundPath(const char* path, Wanted wanted = Wanted::what_is_there) noexcept;
    FoundPath(const FoundPath&) = delete;
    FoundPath& operator=(const FoundPath&) = delete;

    [[nodiscard]] const char* get() const noexcept { return path_; }

private:
    [[nodiscard]] bool has_directory_below(std::size_t prefix) noexcept;

    const char* path_;
    std::array<char, PATH_MAX> below_;  // filled only where it is used
};

}  // namespace tocsin::qnx
