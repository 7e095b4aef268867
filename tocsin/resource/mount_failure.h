// How failing to serve a path is told. Private to tocsin/resource.
#pragma once

#include <string>
#include <string_view>
#include <system_error>

#include <tocsin/resource/errors.h>

namespace tocsin::resource {

// Throws std::system_error: the path, what happened, then the words of `error` with the remedy.
[[noreturn]] inline void fail_to_serve(Error error, std::string_view path,
                                       std::string_view reason) {
    std::string what = "cannot serve '" + std::string{path} + "'";
    if (!reason.empty()) {
        what.append(": ").append(reason);
    }
    throw std::system_error{make_error_code(error), what};
}

// Throws std::system_error with `error` itself when it says that this process is short of
// something, or was interrupted, which no other path would change.
inline void fail_if_short(std::error_code error, std::string_view path) {
    if (error == std::errc::too_many_files_open || error == std::errc::not_enough_memory ||
        error == std::errc::too_many_files_open_in_system ||
        error == std::errc::resource_unavailable_try_again || error == std::errc::interrupted) {
        throw std::system_error{error, "cannot serve '" + std::string{path} + "'"};
    }
}

}  // namespace tocsin::resource
