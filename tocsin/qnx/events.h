// Events that are delivered to the own process. Private to tocsin/qnx.
#pragma once

#include <cstdint>
#include <string_view>
#include <sys/siginfo.h>

namespace tocsin::qnx {

// Whether the event is one of the three kinds of signals.
[[nodiscard]] bool is_signal(const struct ::sigevent& event) noexcept;

// Its bytes, by which two events are the same.
[[nodiscard]] inline std::string_view bytes_of(const struct ::sigevent& event) noexcept {
    return {reinterpret_cast<const char*>(&event), sizeof event};
}

// 0, or EINVAL when the event says what cannot be delivered.
[[nodiscard]] int check_event(const struct ::sigevent& event) noexcept;

// Does what the event says, and never waits; SIGEV_SIGNAL_THREAD goes to `thread` of this process.
// 0, or an errno (see MsgDeliverEvent()). Any thread; not in signal handlers.
[[nodiscard]] int deliver_here(const struct ::sigevent& event, int thread) noexcept;

// The events that this process has registered.
class RegisteredEvents {
public:
    // Keeps the event for the calling thread and makes a handle of it. `server` is who alone may
    // deliver it, or 0. 0, EINVAL, ENOMEM.
    [[nodiscard]] static int add(struct ::sigevent& event, std::uint64_t server) noexcept;

    // 0, or ESRCH.
    [[nodiscard]] static int remove(const struct ::sigevent& handle) noexcept;

    // What is to be delivered, and to whom, when `server` says `told`. 0, EINVAL for a handle that
    // is none, EACCES for one that this server may not deliver.
    struct Found {
        struct ::sigevent event = {};
        int thread = 0;
        int registered_code = 0;  // whatever the server says
    };
    [[nodiscard]] static int find(const struct ::sigevent& told, std::uint64_t server,
                                  Found& found) noexcept;
};

}  // namespace tocsin::qnx
