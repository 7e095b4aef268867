// Numbers of clients and calls. Private to tocsin/qnx.
#include <tocsin/qnx/calls.h>

#include <cerrno>
#include <list>
#include <mutex>
#include <new>
#include <unordered_map>
#include <utility>

namespace tocsin::qnx {

namespace {

constexpr int client_count = 1 << Calls::client_bits;
constexpr int call_count = 1 << Calls::call_bits;

struct Known {
    std::shared_ptr<Client> client;
    std::unordered_map<int, std::shared_ptr<Call>> calls;
    int last_call = 0;
};

struct Table {
    std::mutex mutex;
    std::unordered_map<int, Known> clients;
    std::list<int> free;
    int unused = 1;

    [[nodiscard]] Known* find_locked(int scoid) noexcept {
        const auto found = clients.find(scoid);
        return found == clients.end() ? nullptr : &found->second;
    }

    [[nodiscard]] int next_number_locked() noexcept {
        if (unused < client_count) {
            return unused++;
        }
        if (free.empty()) {
            return 0;
        }
        const int number = free.front();
        free.pop_front();
        return number;
    }
};

// Never destroyed: other threads may answer while the program ends.
union Immortal {
    Immortal() noexcept : table{} {}
    Immortal(const Immortal&) = delete;
    Immortal& operator=(const Immortal&) = delete;
    ~Immortal() {}

    Table table;
};

Table& table() noexcept {
    static Immortal instance;
    return instance.table;
}

int scoid_of(int rcvid) noexcept {
    return rcvid >> Calls::call_bits;
}

int call_of(int rcvid) noexcept {
    return rcvid & (call_count - 1);
}

// A number that is not in use, going round; 0 when all are.
int next_call(Known& known) noexcept {
    if (known.calls.size() >= static_cast<std::size_t>(call_count - 1)) {
        return 0;
    }
    do {
        known.last_call = known.last_call % (call_count - 1) + 1;
    } while (known.calls.contains(known.last_call));
    return known.last_call;
}

}  // namespace

Client::~Client() = default;
Call::~Call() = default;

int Calls::enter_client(const std::shared_ptr<Client>& client) noexcept {
    Table& all = table();
    const std::lock_guard lock{all.mutex};
    const int number = all.next_number_locked();
    if (number == 0) {
        return EAGAIN;
    }
    try {
        all.clients.emplace(number, Known{.client = client, .calls = {}, .last_call = 0});
    } catch (const std::bad_alloc&) {
        if (number == all.unused - 1) {
            --all.unused;
        }
        return ENOMEM;
    }
    client->scoid_ = number;
    return 0;
}

void Calls::leave_client(const Client& client) noexcept {
    Table& all = table();
    Known gone;  // goes without the lock
    const std::lock_guard lock{all.mutex};
    const auto found = all.clients.find(client.scoid());
    if (found == all.clients.end() || found->second.client.get() != &client) {
        return;
    }
    std::swap(gone, found->second);
    all.clients.erase(found);
    try {
        all.free.push_back(client.scoid());
    } catch (const std::bad_alloc&) {
        // One number less.
    }
}

std::shared_ptr<Client> Calls::find_client(int scoid) noexcept {
    Table& all = table();
    const std::lock_guard lock{all.mutex};
    const Known* const known = all.find_locked(scoid);
    return known == nullptr ? nullptr : known->client;
}

std::shared_ptr<Client> Calls::client_of(int rcvid) noexcept {
    return find_client(scoid_of(rcvid));
}

int Calls::enter(const std::shared_ptr<Call>& call) noexcept {
    Table& all = table();
    const std::lock_guard lock{all.mutex};
    Known* const known = all.find_locked(call->client().scoid());
    if (known == nullptr) {
        return -ESRCH;
    }
    const int number = next_call(*known);
    if (number == 0) {
        return -EAGAIN;
    }
    try {
        known->calls.emplace(number, call);
    } catch (const std::bad_alloc&) {
        return -ENOMEM;
    }
    return call->client().scoid() << call_bits | number;
}

std::shared_ptr<Call> Calls::find(int rcvid) noexcept {
    Table& all = table();
    const std::lock_guard lock{all.mutex};
    const Known* const known = all.find_locked(scoid_of(rcvid));
    if (known == nullptr) {
        return nullptr;
    }
    const auto found = known->calls.find(call_of(rcvid));
    return found == known->calls.end() ? nullptr : found->second;
}

std::shared_ptr<Call> Calls::take(int rcvid) noexcept {
    Table& all = table();
    const std::lock_guard lock{all.mutex};
    Known* const known = all.find_locked(scoid_of(rcvid));
    if (known == nullptr) {
        return nullptr;
    }
    const auto found = known->calls.find(call_of(rcvid));
    if (found == known->calls.end()) {
        return nullptr;
    }
    std::shared_ptr<Call> call = std::move(found->second);
    known->calls.erase(found);
    return call;
}

}  // namespace tocsin::qnx
