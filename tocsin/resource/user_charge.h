// One thing that a user holds at a path. Private to tocsin/resource; installed.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

namespace tocsin::resource {

class UserAccount;

// What is counted of a user.
enum class Holding : std::uint8_t { open_file, unanswered, parked };
inline constexpr int holding_count = 3;

// Counts one thing of a user for as long as it lives: it is a member of that thing, so that what is
// charged and what lives cannot differ. Empty for what a trusted user holds. It outlives the mount,
// and takes no lock: a forked child drops its copies without touching what is the parent's.
class Charge {
public:
    Charge() noexcept = default;
    Charge(Charge&& other) noexcept
        : account_{std::move(other.account_)}, holding_{other.holding_} {}
    Charge& operator=(Charge&& other) noexcept;
    ~Charge() { drop(); }

    // Charges one more to `account`, nobody's being trusted; false when that user has as many as he
    // may. Only an empty one.
    [[nodiscard]] bool take(std::shared_ptr<UserAccount> account, Holding holding) noexcept;
    void drop() noexcept;

    [[nodiscard]] explicit operator bool() const noexcept { return account_ != nullptr; }
    [[nodiscard]] const std::shared_ptr<UserAccount>& account() const noexcept { return account_; }

private:
    std::shared_ptr<UserAccount> account_;
    Holding holding_ = Holding::open_file;
};

}  // namespace tocsin::resource
