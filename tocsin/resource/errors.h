// Why a path cannot be served. Public.
#pragma once

#include <system_error>

namespace tocsin::resource {

enum class Error {
    // The path is relative or empty.
    relative_path = 1,
    // A resource needs a regular file or nothing there; a directory of them a directory or nothing.
    wrong_kind,
    // Something that is alive is mounted there already.
    already_mounted,
    // The file or directory under the mount cannot be made or used: permission, full disk,
    // no parent.
    no_placeholder,
    // The kernel offers no FUSE to this process.
    no_fuse,
    // FUSE is there, but this user may not mount, or not here.
    mount_refused,
};

// The category of Error. What std::system_error::what() says names the path, the reason and the
// remedy in one line.
[[nodiscard]] const std::error_category& error_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(Error error) noexcept {
    return {static_cast<int>(error), error_category()};
}

}  // namespace tocsin::resource

template <>
struct std::is_error_code_enum<tocsin::resource::Error> : std::true_type {};
