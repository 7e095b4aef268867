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

// The value of a signal or a pulse comes from the server, as it was given to it, so it is nothing
// that has to be kept here. Where another kind has one, it is this process's alone.
bool carries_value(const struct ::sigevent& event) noexcept {
    return is_signal(event) || SIGEV_GET_TYPE(&event) == SIGEV_PULSE;
}

// What an event says by its kind, and nothing that a program need not have set.
struct ::sigevent essence_of(const struct ::sigevent& event) noexcept {
    struct ::sigevent essence = {};
    essence.sigev_notify = event.sigev_notify;
    essence.sigev_value = carries_value(event) ? ::sigval{} : event.sigev_value;
    switch (SIGEV_GET_TYPE(&event)) {
    case SIGEV_SIGNAL_CODE:
    case SIGEV_SIGNAL_THREAD:
        essence.sigev_code = event.sigev_code;
        [[fallthrough]];
    case SIGEV_SIGNAL:
        essence.sigev_signo = event.sigev_signo;
        break;
    case SIGEV_PULSE:
        essence.sigev_coid = event.sigev_coid;
        essence.sigev_priority = event.sigev_priority;
        essence.sigev_code = event.sigev_code;
        break;
    case SIGEV_THREAD:
        essence.sigev_notify_function = event.sigev_notify_function;
        essence.sigev_notify_attributes = event.sigev_notify_attributes;
        break;
    case SIGEV_MEMORY:
        essence.sigev_addr = event.sigev_addr;
        essence.sigev_memop = event.sigev_memop;
        break;
    default:
        break;
    }
    return essence;
}

// What makes two events of one server the same: what they say, but for a value that comes with
// them, and the thread that one for a thread is for.
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
    if (carries_value(handle)) {
        handle.sigev_notify |= SIGEV_FLAG_UPDATEABLE | SIGEV_FLAG_CODE_UPDATEABLE;
    }
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
    Key key{.event = essence_of(event)};
    key.thread = SIGEV_GET_TYPE(&event) == SIGEV_SIGNAL_THREAD ? own_thread() : 0;
    const union ::sigval value = event.sigev_value;
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    try {
        Handles& handles = all.handles[link.identity()];
        const auto known = handles.find(key);
        if (known != handles.end()) {
            event = known->second;
        } else if (const int error = add_locked(handles, key, link.identity(), event)) {
            return error;
        }
        event.sigev_value = value;
        return 0;
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
