// Numbers of clients and calls. Private to tocsin/qnx.
#include <tocsin/qnx/calls.h>

#include <cerrno>
#include <mutex>
#include <new>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tocsin::qnx {

namespace {

constexpr int client_count = 1 << Calls::client_bits;
constexpr int call_count = 1 << Calls::call_bits;

// A client and its calls. A number is the place of its call, modulo the places that there are: they
// are doubled when all are taken, so that entering a call allocates nothing in the long run.
class Known {
public:
    explicit Known(std::shared_ptr<Client> whose) noexcept : client{std::move(whose)} {}

    // Numbers go round: one that was answered is not given again soon. 0 when all are in use;
    // throws std::bad_alloc.
    [[nodiscard]] int enter(const std::shared_ptr<Call>& call) {
        if (count_ == call_count - 1) {
            return 0;
        }
        if (static_cast<std::size_t>(count_) == calls.size()) {
            grow();
        }
        do {
            last_ = last_ % (call_count - 1) + 1;
        } while (calls[place_of(last_)] != nullptr);
        calls[place_of(last_)] = call;
        numbers_[place_of(last_)] = last_;
        ++count_;
        return last_;
    }

    // The call of that number, or nullptr.
    [[nodiscard]] std::shared_ptr<Call>* find(int number) noexcept {
        if (count_ == 0 || numbers_[place_of(number)] != number) {
            return nullptr;
        }
        return &calls[place_of(number)];
    }
    [[nodiscard]] std::shared_ptr<Call> take(int number) noexcept {
        std::shared_ptr<Call>* const found = find(number);
        if (found == nullptr || *found == nullptr) {
            return nullptr;
        }
        --count_;
        return std::exchange(*found, nullptr);
    }

    std::shared_ptr<Client> client;
    std::vector<std::shared_ptr<Call>> calls;

private:
    static constexpr std::size_t least = 4;

    [[nodiscard]] std::size_t place_of(int number) const noexcept {
        return static_cast<std::size_t>(number) & (calls.size() - 1);
    }

    void grow() {
        const std::size_t size = calls.empty() ? least : calls.size() * 2;
        std::vector<std::shared_ptr<Call>> grown(size);
        std::vector<int> numbers(size);
        for (std::size_t old = 0; old < calls.size(); ++old) {
            const auto place = static_cast<std::size_t>(numbers_[old]) & (size - 1);
            grown[place] = std::move(calls[old]);
            numbers[place] = numbers_[old];
        }
        calls.swap(grown);
        numbers_.swap(numbers);
    }

    std::vector<int> numbers_;
    int count_ = 0;
    int last_ = 0;
};

struct Table {
    std::mutex mutex;
    std::unordered_map<int, Known> clients;
    int last = 0;

    [[nodiscard]] Known* find_locked(int scoid) noexcept {
        const auto found = clients.find(scoid);
        return found == clients.end() ? nullptr : &found->second;
    }

    // Numbers go round, so that those of clients that went are given again last. 0 when all are in
    // use.
    [[nodiscard]] int next_number_locked() noexcept {
        if (clients.size() == client_count - 1) {
            return 0;
        }
        do {
            last = last % (client_count - 1) + 1;
        } while (clients.contains(last));
        return last;
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
        all.clients.emplace(number, Known{client});
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
    client->scoid_ = number;
    return 0;
}

std::vector<std::shared_ptr<Call>> Calls::leave_client(const Client& client) noexcept {
    Table& all = table();
    Known gone{nullptr};  // goes without the lock
    const std::lock_guard lock{all.mutex};
    const auto found = all.clients.find(client.scoid());
    if (found == all.clients.end() || found->second.client.get() != &client) {
        return {};
    }
    std::swap(gone, found->second);
    all.clients.erase(found);
    return std::move(gone.calls);
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
    try {
        const int number = known->enter(call);
        return number == 0 ? -EAGAIN : call->client().scoid() << call_bits | number;
    } catch (const std::bad_alloc&) {
        return -ENOMEM;
    }
}

std::shared_ptr<Call> Calls::find(int rcvid) noexcept {
    Table& all = table();
    const std::lock_guard lock{all.mutex};
    Known* const known = all.find_locked(scoid_of(rcvid));
    const std::shared_ptr<Call>* const found =
        known == nullptr ? nullptr : known->find(call_of(rcvid));
    return found == nullptr ? nullptr : *found;
}

std::shared_ptr<Call> Calls::take(int rcvid) noexcept {
    Table& all = table();
    const std::lock_guard lock{all.mutex};
    Known* const known = all.find_locked(scoid_of(rcvid));
    return known == nullptr ? nullptr : known->take(call_of(rcvid));
}

}  // namespace tocsin::qnx
