// Charging and discharging. Private to tocsin/resource.
#include <tocsin/resource/user_accounts.h>

#include <algorithm>
#include <unistd.h>

#include <tocsin/base/check.h>

namespace tocsin::resource {

namespace {

std::size_t place_of(Holding holding) noexcept {
    return static_cast<std::size_t>(holding);
}

std::uint32_t sum_or_unlimited(std::uint32_t one, std::uint32_t other) noexcept {
    return one > UserLimits::unlimited - other ? UserLimits::unlimited : one + other;
}

}  // namespace

UserAccount::UserAccount(::uid_t uid, const UserLimits& limits) noexcept
    : uid_{uid},
      most_{limits.open_files_max, sum_or_unlimited(limits.parked_max, unparked_max),
            limits.parked_max} {}

std::uint32_t UserAccount::held(Holding holding) const noexcept {
    return held_[place_of(holding)].load(std::memory_order_relaxed);
}

bool UserAccount::holds_anything() const noexcept {
    return std::ranges::any_of(held_, [](const std::atomic<std::uint32_t>& count) {
        return count.load(std::memory_order_relaxed) != 0;
    });
}

// The number says nothing about other memory, so its order is of no account.
bool UserAccount::charge(Holding holding) noexcept {
    std::atomic<std::uint32_t>& held = held_[place_of(holding)];
    std::uint32_t before = held.load(std::memory_order_relaxed);
    do {
        if (before >= most_[place_of(holding)]) {
            return false;
        }
    } while (!held.compare_exchange_weak(before, before + 1, std::memory_order_relaxed));
    return true;
}

void UserAccount::discharge(Holding holding) noexcept {
    held_[place_of(holding)].fetch_sub(1, std::memory_order_relaxed);
}

Charge& Charge::operator=(Charge&& other) noexcept {
    if (this != &other) {
        drop();
        account_ = std::move(other.account_);
        holding_ = other.holding_;
    }
    return *this;
}

bool Charge::take(std::shared_ptr<UserAccount> account, Holding holding) noexcept {
    base::check(account_ == nullptr, "Charge::take: it is charged already; drop() it first");
    if (account == nullptr) {
        return true;
    }
    if (!account->charge(holding)) {
        return false;
    }
    account_ = std::move(account);
    holding_ = holding;
    return true;
}

void Charge::drop() noexcept {
    if (account_ != nullptr) {
        account_->discharge(holding_);
        account_.reset();
    }
}

UserAccounts::UserAccounts(const UserLimits& limits) noexcept
    : limits_{limits}, own_{::geteuid()} {}

std::shared_ptr<UserAccount> UserAccounts::of(::uid_t uid) {
    if (uid == 0 || uid == own_) {
        return nullptr;
    }
    const std::lock_guard lock{mutex_};
    const auto found = accounts_.find(uid);
    if (found != accounts_.end()) {
        return found->second;
    }
    forget_unused_locked();
    return accounts_.emplace(uid, std::make_shared<UserAccount>(uid, limits_)).first->second;
}

// Somebody with many users must not make this grow. Whoever charges holds the account beside the
// table, and gets it from here, under the lock, or from somebody who holds it already.
void UserAccounts::forget_unused_locked() noexcept {
    constexpr std::size_t forget_at_min = 64;
    if (accounts_.size() < forget_at_) {
        return;
    }
    std::erase_if(accounts_, [](const auto& entry) { return entry.second.use_count() == 1; });
    forget_at_ = std::max(forget_at_min, 2 * accounts_.size());
}

std::vector<std::shared_ptr<UserAccount>> UserAccounts::in_use() const {
    std::vector<std::shared_ptr<UserAccount>> accounts;
    const std::lock_guard lock{mutex_};
    for (const auto& [uid, account] : accounts_) {
        if (account->holds_anything()) {
            accounts.push_back(account);
        }
    }
    return accounts;
}

}  // namespace tocsin::resource
