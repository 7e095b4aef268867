// How the calls of C tell errors. Private to tocsin/qnx.
#pragma once

#include <cerrno>

namespace tocsin::qnx {

// -1, with errno.
inline int fail_with(int error) noexcept {
    errno = error;
    return -1;
}

// Of a call that returns 0, or an errno here.
inline int error_result(int error) noexcept {
    return error == 0 ? 0 : fail_with(error);
}

// Of a call that returns a number, or a negative errno here.
template <typename Number>
Number length_result(Number result) noexcept {
    return result < 0 ? fail_with(static_cast<int>(-result)) : result;
}

}  // namespace tocsin::qnx
