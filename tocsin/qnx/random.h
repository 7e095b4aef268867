// Numbers that nobody can guess. Private to tocsin/qnx.
#pragma once

#include <cerrno>
#include <sys/random.h>
#include <sys/types.h>

#include <tocsin/base/uncancelled.h>

namespace tocsin::qnx {

// 0, which is nobody's, when there is no chance to be had.
template <typename Number>
[[nodiscard]] Number random_number() noexcept {
    const base::Uncancelled here;
    Number number = 0;
    ::ssize_t got = 0;
    do {
        got = ::getrandom(&number, sizeof number, 0);
    } while (got < 0 && errno == EINTR);
    return got == sizeof number ? number : Number{0};
}

}  // namespace tocsin::qnx
