// Numbers that nobody can guess. Private to tocsin/qnx.
#pragma once

#include <sys/random.h>

namespace tocsin::qnx {

// 0, which is nobody's, when there is no chance to be had.
template <typename Number>
[[nodiscard]] Number random_number() noexcept {
    Number number = 0;
    return ::getrandom(&number, sizeof number, 0) == sizeof number ? number : Number{0};
}

}  // namespace tocsin::qnx
