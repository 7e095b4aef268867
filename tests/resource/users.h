// Users that are not trusted, and what they hold. For tests.
#pragma once

#include <cstdint>
#include <memory>
#include <unistd.h>

#include <tests/resource/test_kernel.h>

namespace tocsin::resource {

// Neither root nor who runs the test.
inline std::uint32_t user(std::uint32_t number) {
    return ::geteuid() + 1000 + number;
}

inline std::uint32_t held_by(TestKernel& kernel, std::uint32_t uid, Holding holding) {
    for (const std::shared_ptr<UserAccount>& account : kernel.session().users().in_use()) {
        if (account->uid() == uid) {
            return account->held(holding);
        }
    }
    return 0;
}

}  // namespace tocsin::resource
