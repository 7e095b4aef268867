// Error codes from errno. Public.
#pragma once

#include <cerrno>
#include <system_error>

namespace tocsin::base {

// The error that `number` (an errno value) stands for.
[[nodiscard]] inline std::error_code error_of(int number) noexcept {
    return {number, std::generic_category()};
}

// The error that errno holds now. Any thread.
[[nodiscard]] inline std::error_code last_error() noexcept {
    return error_of(errno);
}

}  // namespace tocsin::base
