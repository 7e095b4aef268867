// Who holds how much at one path. Private to tocsin/resource.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <sys/types.h>
#include <unordered_map>
#include <vector>

#include <tocsin/resource/user_charge.h>
#include <tocsin/resource/user_limits.h>

namespace tocsin::resource {

// Counts what one user holds. Any thread; charged and discharged by Charge.
class UserAccount {
public:
    // How many calls may be unanswered beyond those that may be parked. Without it a user who has
    // parked as many reads as he may could not make the write any more that they wait for.
    static constexpr std::uint32_t unparked_max = 64;

    UserAccount(::uid_t uid, const UserLimits& limits) noexcept;

    [[nodiscard]] ::uid_t uid() const noexcept { return uid_; }
    [[nodiscard]] std::uint32_t held(Holding holding) const noexcept;
    [[nodiscard]] bool holds_anything() const noexcept;

private:
    friend class Charge;

    [[nodiscard]] bool charge(Holding holding) noexcept;
    void discharge(Holding holding) noexcept;

    const ::uid_t uid_;
    const std::array<std::uint32_t, holding_count> most_;
    std::array<std::atomic<std::uint32_t>, holding_count> held_{};
};

// The accounts of a path. One lives as long as anything is charged to it, and a little longer:
// there are never many more of them than users who hold something.
class UserAccounts {
public:
    explicit UserAccounts(const UserLimits& limits) noexcept;

    // That of `uid`; nullptr for who is trusted, found without a lock. Throws std::bad_alloc.
    [[nodiscard]] std::shared_ptr<UserAccount> of(::uid_t uid);

    // Those of users who hold something now.
    [[nodiscard]] std::vector<std::shared_ptr<UserAccount>> in_use() const;

    [[nodiscard]] const UserLimits& limits() const noexcept { return limits_; }

private:
    void forget_unused_locked() noexcept;

    const UserLimits limits_;
    const ::uid_t own_;
    mutable std::mutex mutex_;  // a leaf
    std::unordered_map<::uid_t, std::shared_ptr<UserAccount>> accounts_;
    std::size_t forget_at_ = 64;  // how many there may be before unused ones are looked for
};

}  // namespace tocsin::resource
