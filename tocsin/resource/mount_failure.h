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

}  // namespace tocsin::resource
