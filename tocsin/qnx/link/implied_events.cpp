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

// What makes two events of one server the same: their bytes, and the thread that one for a thread
// is for.
struct Key {
    struct ::sigevent event = {};
    int thread = 0;

    bool operator==(const Key& other) const noexcept {
        return thread == other.thread && bytes_of(event) == bytes_of(other.event);
    }
};

struct Hash {
    std::size_t operator()(const Key& key) const noexcept {
        return std::hash<std::string_view>{}(bytes_of(key.event)) ^
               static_cast<std::size_t>(key.thread);
    }
};

using Handles = std::unordered_map<Key, struct ::sigevent, Hash>;

struct Table {
    std::mutex mutex;
    std::unordered_map<ServerIdentity, Handles> handles;
};

ProcessTable<Table> table;

int add_locked(Handles& handles, const Key& key, ServerIdentity server, struct ::sigevent& handle) {
    if (handles.size() == ImpliedEvents::events_max) {
        return EAGAIN;
    }
    handle = key.event;
    handle.sigev_notify |= SIGEV_FLAG_UPDATEABLE | SIGEV_FLAG_CODE_UPDATEABLE;
    if (const int error = RegisteredEvents::add(handle, server); error != 0) {
        return error;
    }
    try {
        handles.emplace(key, handle);
    } catch (...) {
        static_cast<void>(RegisteredEvents::remove(handle));
        throw;
    }
    return 0;
}

}  // namespace

int ImpliedEvents::make_handle(struct ::sigevent& event, ServerLink& link) noexcept {
    if (SIGEV_GET_TYPE(&event) == SIGEV_NONE || (event.sigev_notify & SIGEV_FLAG_HANDLE) != 0) {
        return 0;
    }
    Key key{.event = event};
    key.thread = SIGEV_GET_TYPE(&event) == SIGEV_SIGNAL_THREAD ? own_thread() : 0;
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    try {
        Handles& handles = all.handles[link.identity()];
        const auto known = handles.find(key);
        if (known != handles.end()) {
            event = known->second;
            return 0;
        }
        return add_locked(handles, key, link.identity(), event);
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
}

void ImpliedEvents::forget(ServerIdentity server) noexcept {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    const auto found = all.handles.find(server);
    if (found == all.handles.end()) {
        return;
    }
    for (const auto& [key, handle] : found->second) {
        static_cast<void>(RegisteredEvents::remove(handle));
    }
    all.handles.erase(found);
}

}  // namespace tocsin::qnx
