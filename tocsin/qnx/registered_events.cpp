// Handles of events. Private to tocsin/qnx.
#include <tocsin/qnx/events.h>

#include <cerrno>
#include <cstdint>
#include <mutex>
#include <new>
#include <unordered_map>

#include <tocsin/qnx/process_table.h>
#include <tocsin/qnx/random.h>
#include <tocsin/qnx/waiting.h>

namespace tocsin::qnx {

namespace {

struct Registered {
    struct ::sigevent event = {};
    std::uint64_t server = 0;
    int thread = 0;
};

struct Table {
    std::mutex mutex;
    std::unordered_map<std::uint32_t, Registered> events;
};

ProcessTable<Table> table;

bool has_code(const struct ::sigevent& event) noexcept {
    const int type = SIGEV_GET_TYPE(&event);
    return type == SIGEV_SIGNAL_CODE || type == SIGEV_SIGNAL_THREAD || type == SIGEV_PULSE;
}

// Where the value says what is written to, a server could have anything written to.
bool names_memory(const struct ::sigevent& event) noexcept {
    return SIGEV_GET_TYPE(&event) == SIGEV_SEM;
}

std::uint32_t handle_of(const struct ::sigevent& event) noexcept {
    return static_cast<std::uint32_t>(event.sigev_handle);
}

}  // namespace

int RegisteredEvents::add(struct ::sigevent& event, std::uint64_t server) noexcept {
    if ((event.sigev_notify & SIGEV_FLAG_HANDLE) != 0 || check_event(event) != 0) {
        return EINVAL;
    }
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    std::uint32_t handle = 0;
    do {
        handle = random_number<std::uint32_t>();
        if (handle == 0) {
            return EAGAIN;
        }
    } while (handle == SIGEV_INVALID_HANDLE || all.events.contains(handle));
    try {
        all.events.emplace(handle,
                           Registered{.event = event, .server = server, .thread = own_thread()});
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
    event.__sigev_un1 = {};
    event.sigev_handle = static_cast<int>(handle);
    event.sigev_notify |= SIGEV_FLAG_HANDLE;
    return 0;
}

int RegisteredEvents::remove(const struct ::sigevent& handle) noexcept {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    const bool is_handle = (handle.sigev_notify & SIGEV_FLAG_HANDLE) != 0;
    return is_handle && all.events.erase(handle_of(handle)) == 1 ? 0 : ESRCH;
}

int RegisteredEvents::find(const struct ::sigevent& told, std::uint64_t server,
                           Found& found) noexcept {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    const auto known = all.events.find(handle_of(told));
    if (known == all.events.end()) {
        return EINVAL;
    }
    const Registered& registered = known->second;
    if (registered.server != 0 && registered.server != server) {
        return EACCES;
    }
    found = {.event = registered.event,
             .thread = registered.thread,
             .registered_code = registered.event.sigev_code};
    if ((registered.event.sigev_notify & SIGEV_FLAG_UPDATEABLE) != 0 &&
        !names_memory(registered.event)) {
        found.event.sigev_value = told.sigev_value;
    }
    if ((registered.event.sigev_notify & SIGEV_FLAG_CODE_UPDATEABLE) != 0 &&
        has_code(registered.event)) {
        found.event.sigev_code = told.sigev_code;
    }
    return 0;
}

}  // namespace tocsin::qnx
