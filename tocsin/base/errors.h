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

// Whether that errno value says that the process or the machine has no descriptor or no memory now,
// and nothing about what was asked for.
[[nodiscard]] inline bool is_shortage(int number) noexcept {
    return number == EMFILE || number == ENFILE || number == ENOMEM;
}

}  // namespace tocsin::base
