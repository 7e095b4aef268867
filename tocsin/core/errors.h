// Errors that errno has no clear word for. Public.
#pragma once

#include <system_error>

namespace tocsin::core {

enum class Error {
    // The loop has a watch of this descriptor number already.
    already_watched = 1,
    // The kernel cannot watch such a descriptor: a regular file or a directory.
    not_watchable,
    // The process is not a child of this process, or has been reaped already.
    not_a_child,
    // The signal cannot be caught, or is not a signal.
    not_catchable,
};

// The category of Error; its messages name the state and the remedy.
[[nodiscard]] const std::error_category& error_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(Error error) noexcept {
    return {static_cast<int>(error), error_category()};
}

}  // namespace tocsin::core

template <>
struct std::is_error_code_enum<tocsin::core::Error> : std::true_type {};
