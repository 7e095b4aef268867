// What users hold, and may hold. Private to tocsin/resource.
#include <tocsin/resource/status.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <span>
#include <utility>

namespace tocsin::resource {

namespace {

constexpr std::size_t users_listed_max = 64;

}  // namespace

JsonText Status::limits() const {
    const UserLimits& limits = session_.users().limits();
    JsonText text;
    text.open('{');
    text.member("open_files", limits.open_files_max);
    text.member("parked", limits.parked_max);
    text.close('}');
    return text;
}

// Those who hold most come first, so that who fills the list cannot hide behind small ones.
void Status::add_users(JsonText& text) const {
    std::vector<User> all = users();
    std::ranges::sort(all, std::ranges::greater{}, [](const User& user) {
        return std::uint64_t{user.open_files} + user.unanswered;
    });
    const std::size_t listed = std::min(all.size(), users_listed_max);
    text.key("users");
    text.open('[');
    for (const User& user : std::span{all}.first(listed)) {
        text.value(about(user));
    }
    text.close(']');
    text.member("users_omitted", all.size() - listed);
}

// Arms are counted here and nowhere else: they are places in open files, which are limited.
std::vector<Status::User> Status::users() const {
    std::vector<User> users;
    for (const std::shared_ptr<UserAccount>& account : session_.users().in_use()) {
        users.push_back({.account = account,
                         .open_files = account->held(Holding::open_file),
                         .unanswered = account->held(Holding::unanswered),
                         .parked = account->held(Holding::parked)});
    }
    std::ranges::sort(users, {}, [](const User& user) { return user.account.get(); });
    for (const Opened& opened : charged_files()) {
        const std::shared_ptr<UserAccount>& account = opened.file->charge_.account();
        const auto found = std::ranges::lower_bound(
            users, account.get(), {}, [](const User& user) { return user.account.get(); });
        if (found != users.end() && found->account == account) {
            found->armed += armed_count(opened);
        }
    }
    return users;
}

// Copied, so that nobody who reads or polls has to wait while arms are counted.
std::vector<Status::Opened> Status::charged_files() const {
    std::vector<Opened> charged;
    const std::lock_guard lock{session_.mutex_};
    for (const auto& [handle, opened] : session_.opened_) {
        if (opened.file->charge_) {
            charged.push_back(opened);
        }
    }
    return charged;
}

std::size_t Status::armed_count(const Opened& opened) {
    const auto armed = [&](const OpenFile::Waiting& waiting) {
        return opened.resource->queue_.is_armed(waiting.arm);
    };
    return static_cast<std::size_t>(std::ranges::count_if(opened.file->waiting_, armed));
}

JsonText Status::about(const User& user) {
    JsonText text;
    text.open('{');
    text.member("uid", user.account->uid());
    text.member("open_files", user.open_files);
    text.member("unanswered", user.unanswered);
    text.member("parked", user.parked);
    text.member("armed", user.armed);
    text.close('}');
    return text;
}

}  // namespace tocsin::resource
