// Users that are not trusted, and what they hold. For tests.
#pragma once

#include <cstdint>
#include <memory>
#include <unistd.h>

#include <tocsin/resource/user_accounts.h>

namespace tocsin::resource {

// Neither root nor who runs the test.
inline std::uint32_t user(std::uint32_t number) {
    return ::geteuid() + 1000 + number;
}

inline std::uint32_t held_by(const UserAccounts& users, std::uint32_t uid, Holding holding) {
    for (const std::shared_ptr<UserAccount>& account : users.in_use()) {
        if (account->uid() == uid) {
            return account->held(holding);
        }
    }
    return 0;
}

}  // namespace tocsin::resource
