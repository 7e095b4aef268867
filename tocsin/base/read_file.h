// A whole file as a text. Public.
#pragma once

#include <array>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/base/errors.h>

namespace tocsin::base {

// Appends what is in the file to `text`; where an error is returned, what came before it. A stream
// of the standard library would hand its descriptor on to programs that another thread starts.
[[nodiscard]] inline std::error_code read_file(const char* path, std::string& text) {
    const Descriptor file{::open(path, O_RDONLY | O_CLOEXEC)};
    if (!file) {
        return last_error();
    }
    std::array<char, 16384> piece{};
    ssize_t got = 0;
    while ((got = ::read(file.number(), piece.data(), piece.size())) > 0 ||
           (got < 0 && errno == EINTR)) {
        text.append(piece.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    }
    return got < 0 ? last_error() : std::error_code{};
}

}  // namespace tocsin::base
