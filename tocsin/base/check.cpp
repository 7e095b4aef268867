// How a mistaken program is stopped. Private to tocsin/base.
#include <tocsin/base/check.h>

#include <cstdlib>
#include <cstring>
#include <sys/uio.h>
#include <unistd.h>

namespace tocsin::base {

namespace {

iovec piece_of(const char* text) noexcept {
    return {.iov_base = const_cast<char*>(text), .iov_len = std::strlen(text)};
}

}  // namespace

void stop_program(const char* message) noexcept {
    // One writev keeps the line whole beside other threads, and works in a signal handler.
    const iovec pieces[] = {piece_of("tocsin: "), piece_of(message), piece_of("\n")};
    [[maybe_unused]] const ssize_t written = ::writev(STDERR_FILENO, pieces, 3);
    std::abort();
}

void stop_program(const char* call, const char* message) noexcept {
    const iovec pieces[] = {piece_of("tocsin: "), piece_of(call), piece_of(": "), piece_of(message),
                            piece_of("\n")};
    [[maybe_unused]] const ssize_t written = ::writev(STDERR_FILENO, pieces, 5);
    std::abort();
}

}  // namespace tocsin::base
