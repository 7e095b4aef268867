// Accepting connections. Private to tocsin/qnx.
#include <tocsin/qnx/link/client_links.h>

#include <cerrno>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <new>
#include <sys/epoll.h>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <tocsin/base/errors.h>
#include <tocsin/base/uncancelled.h>
#include <tocsin/qnx/link/socket.h>
#include <tocsin/qnx/link/unshared.h>
#include <tocsin/qnx/process_table.h>

namespace tocsin::qnx {

namespace {

constexpr int accepted_in_turn = 64;

// The socket that they connect to.
class Door final : public Watcher {
public:
    explicit Door(base::Descriptor socket) noexcept : socket_{std::move(socket)} {
        Unshared::add(socket_.number());
    }

    [[nodiscard]] int number() const noexcept { return socket_.number(); }

    void ready(std::uint32_t events) noexcept override;

private:
    void come_short(int error) noexcept;
    [[nodiscard]] int turn_away() noexcept;

    const base::Descriptor socket_;
    base::Descriptor spare_{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
};

// By one user's processes.
struct Held {
    int links = 0;
    int areas = 0;
    int clients = 0;

    [[nodiscard]] int& of(ClientLinks::Share share) noexcept {
        return share == ClientLinks::Share::area ? areas : clients;
    }
    [[nodiscard]] bool nothing() const noexcept { return links == 0 && areas == 0 && clients == 0; }
};

constexpr int most_of(ClientLinks::Share share) noexcept {
    return share == ClientLinks::Share::area ? ClientLinks::areas_of_user_max
                                             : ClientLinks::clients_of_user_max;
}

struct Table {
    std::mutex mutex;
    bool listening = false;
    std::shared_ptr<Door> door;
    std::unordered_map<std::uint64_t, std::shared_ptr<ClientLink>> links;
    std::map<::uid_t, Held> users;
};

ProcessTable<Table> table;

void forget_if_gone_locked(Table& all, ::uid_t user) noexcept {
    const auto found = all.users.find(user);
    if (found != all.users.end() && found->second.nothing()) {
        all.users.erase(found);
    }
}

// Throws std::bad_alloc.
void enter(base::Descriptor socket) {
    const ::ucred peer = LinkSocket::peer(socket);
    const int number = socket.number();
    const auto link = std::make_shared<ClientLink>(std::move(socket), peer);
    if (link->ticket() == 0) {
        return;
    }
    Table& all = table.get();
    {
        const std::lock_guard lock{all.mutex};
        int& count = all.users[peer.uid].links;
        if (!is_trusted(peer.uid) && count >= ClientLinks::links_of_user_max) {
            return;
        }
        if (!all.links.emplace(link->ticket(), link).second) {
            return;
        }
        ++count;
    }
    if (Service::watch(number, EPOLLIN, link) != 0) {
        ClientLinks::remove(*link);
    }
}

// A client that cannot be served is turned away: it sees its socket closed. Those who have a link
// have their turn also while others knock without end.
void Door::ready(std::uint32_t) noexcept {
    for (int turn = 0; turn < accepted_in_turn; ++turn) {
        base::Descriptor socket = LinkSocket::accept(socket_);
        if (!socket) {
            return come_short(errno);
        }
        try {
            enter(std::move(socket));
        } catch (const std::bad_alloc&) {
            continue;
        }
    }
}

// Who cannot even be turned away waits at the door, which would be reported again and again.
void Door::come_short(int error) noexcept {
    if (error == EMFILE || error == ENFILE) {
        error = turn_away();
    }
    if (base::is_shortage(error) || error == ENOBUFS) {
        Service::rest(socket_.number(), 0, EPOLLIN);
    }
}

// Without a descriptor for it nobody can be told otherwise. 0, or why there was nobody.
int Door::turn_away() noexcept {
    spare_.reset();
    const int error = LinkSocket::accept(socket_) ? 0 : errno;
    spare_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    return error;
}

}  // namespace

int ClientLinks::listen() noexcept {
    const base::Uncancelled here;
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    if (all.listening) {
        return 0;
    }
    try {
        all.door = std::make_shared<Door>(LinkSocket::listen());
        const int error = Service::watch(all.door->number(), EPOLLIN, all.door);
        if (error != 0) {
            all.door.reset();
        }
        all.listening = error == 0;
        return error;
    } catch (const std::system_error& error) {
        // A process of another container that has this one's number is no reason to fail: this one
        // is only not reached from others.
        all.listening = error.code() == std::errc::address_in_use;
        return all.listening ? 0 : error.code().value();
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
}

std::shared_ptr<ClientLink> ClientLinks::find(std::uint64_t ticket) noexcept {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    const auto found = all.links.find(ticket);
    return found == all.links.end() ? nullptr : found->second;
}

void ClientLinks::remove(const ClientLink& link) noexcept {
    Table& all = table.get();
    std::shared_ptr<ClientLink> gone;  // goes without the lock
    const std::lock_guard lock{all.mutex};
    const auto found = all.links.find(link.ticket());
    if (found == all.links.end() || found->second.get() != &link) {
        return;
    }
    gone = std::move(found->second);
    all.links.erase(found);
    --all.users[link.peer().uid].links;
    forget_if_gone_locked(all, link.peer().uid);
}

bool ClientLinks::take(Share share, ::uid_t user) noexcept {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    try {
        int& held = all.users[user].of(share);
        const bool may = is_trusted(user) || held < most_of(share);
        held += may ? 1 : 0;
        return may;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

void ClientLinks::give_back(Share share, ::uid_t user, std::size_t count) noexcept {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    if (const auto found = all.users.find(user); found != all.users.end()) {
        found->second.of(share) -= static_cast<int>(count);
        forget_if_gone_locked(all, user);
    }
}

}  // namespace tocsin::qnx
