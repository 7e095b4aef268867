// Registering what was not registered. Private to tocsin/qnx.
#include <tocsin/qnx/link/implied_events.h>

#include <cerrno>
#include <functional>
#include <mutex>
#include <new>
#include <string_view>
#include <unordered_map>

#include <tocsin/qnx/events.h>
#include <tocsin/qnx/link/server_link.h>
#include <tocsin/qnx/process_table.h>
#include <tocsin/qnx/waiting.h>

namespace tocsin::qnx {

namespace {

// What makes two events the same: their bytes, the server, and the thread that one for a thread is
// for.
struct Key {
    struct ::sigevent event = {};
    ServerIdentity server = 0;
    int thread = 0;

    bool operator==(const Key& other) const noexcept {
        return server == other.server && thread == other.thread &&
               bytes_of(event) == bytes_of(other.event);
    }
};

struct Hash {
    std::size_t operator()(const Key& key) const noexcept {
        return std::hash<std::string_view>{}(bytes_of(key.event)) ^ (key.server * 31U) ^
               static_cast<std::size_t>(key.thread);
    }
};

struct Table {
    std::mutex mutex;
    std::unordered_map<Key, struct ::sigevent, Hash> handles;
    std::unordered_map<ServerIdentity, std::size_t> counts;
};

ProcessTable<Table> table;

int add_locked(Table& all, const Key& key, struct ::sigevent& handle) {
    std::size_t& count = all.counts[key.server];
    if (count == ImpliedEvents::events_max) {
        return EAGAIN;
    }
    handle = key.event;
    handle.sigev_notify |= SIGEV_FLAG_UPDATEABLE | SIGEV_FLAG_CODE_UPDATEABLE;
    if (const int error = RegisteredEvents::add(handle, key.server); error != 0) {
        return error;
    }
    try {
        all.handles.emplace(key, handle);
    } catch (...) {
        static_cast<void>(RegisteredEvents::remove(handle));
        throw;
    }
    ++count;
    return 0;
}

}  // namespace

int ImpliedEvents::make_handle(struct ::sigevent& event, ServerLink& link) noexcept {
    if (SIGEV_GET_TYPE(&event) == SIGEV_NONE || (event.sigev_notify & SIGEV_FLAG_HANDLE) != 0) {
        return 0;
    }
    Key key{.event = event, .server = link.identity()};
    key.thread = SIGEV_GET_TYPE(&event) == SIGEV_SIGNAL_THREAD ? own_thread() : 0;
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    try {
        const auto known = all.handles.find(key);
        if (known != all.handles.end()) {
            event = known->second;
            return 0;
        }
        return add_locked(all, key, event);
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
}

}  // namespace tocsin::qnx
