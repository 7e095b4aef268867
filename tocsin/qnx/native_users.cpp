// Counting native clients. Private to tocsin/qnx.
#include <tocsin/qnx/native_users.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <unordered_map>

#include <tocsin/qnx/process_table.h>

namespace tocsin::qnx {

namespace {

// Of all open files of this process.
struct Counts {
    std::mutex mutex;
    std::unordered_map<int, std::size_t> of_client;  // by scoid
    std::unordered_map<::uid_t, std::size_t> of_user;
};

ProcessTable<Counts> counts;

// Throws std::bad_alloc.
bool count_up(const Client& client) {
    Counts& all = counts.get();
    const std::lock_guard lock{all.mutex};
    std::size_t& own = all.of_client[client.scoid()];
    std::size_t& users = all.of_user[client.credentials().uid];
    if (own == NativeUsers::of_client_max || users == NativeUsers::of_user_max) {
        return false;
    }
    ++own;
    ++users;
    return true;
}

template <typename Map, typename Key>
void count_down_in(Map& map, Key key) noexcept {
    const auto found = map.find(key);
    if (found != map.end() && --found->second == 0) {
        map.erase(found);
    }
}

void count_down(const Client& client) noexcept {
    Counts& all = counts.get();
    const std::lock_guard lock{all.mutex};
    count_down_in(all.of_client, client.scoid());
    count_down_in(all.of_user, client.credentials().uid);
}

}  // namespace

NativeUsers::~NativeUsers() {
    while (take(nullptr)) {
    }
}

int NativeUsers::add(const User& user) noexcept {
    const std::lock_guard lock{mutex_};
    try {
        const auto [place, added] = users_.try_emplace({user.client->scoid(), user.coid}, user);
        if (added && !count_up(*user.client)) {
            users_.erase(place);
            return ENOMEM;
        }
    } catch (const std::bad_alloc&) {
        users_.erase({user.client->scoid(), user.coid});
        return ENOMEM;
    }
    return 0;
}

bool NativeUsers::remove(const User& user) noexcept {
    const std::lock_guard lock{mutex_};
    const auto found = users_.find({user.client->scoid(), user.coid});
    if (found == users_.end()) {
        return false;
    }
    count_down(*found->second.client);
    users_.erase(found);
    return true;
}

std::optional<NativeUsers::User> NativeUsers::take(const Client* client) noexcept {
    const std::lock_guard lock{mutex_};
    const auto found = std::ranges::find_if(users_, [&](const auto& known) {
        return client == nullptr || known.second.client.get() == client;
    });
    if (found == users_.end()) {
        return {};
    }
    User user = std::move(found->second);
    count_down(*user.client);
    users_.erase(found);
    return user;
}

void NativeUsers::note_closed_by(::pid_t thread) noexcept {
    const std::lock_guard lock{mutex_};
    try {
        closing_.push_back(thread);
    } catch (const std::bad_alloc&) {
        // The manager is told of that close twice.
    }
}

bool NativeUsers::is_closed_by(::pid_t thread) noexcept {
    const std::lock_guard lock{mutex_};
    return std::erase(closing_, thread) != 0;
}

}  // namespace tocsin::qnx
