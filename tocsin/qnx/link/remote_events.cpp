// Delivering what comes over a link. Private to tocsin/qnx.
#include <tocsin/qnx/link/remote_events.h>

#include <memory>
#include <unistd.h>

#include <tocsin/qnx/connection.h>
#include <tocsin/qnx/events.h>
#include <tocsin/qnx/link/server_link.h>
#include <tocsin/qnx/link/socket.h>
#include <tocsin/qnx/signals_held.h>

namespace tocsin::qnx {

namespace {

// Through a connection to another process this one would say there what a stranger wants it to.
bool goes_to_own_channel(const struct ::sigevent& event) noexcept {
    const std::shared_ptr<Connection> connection = Connections::find(event.sigev_coid);
    return connection != nullptr && connection->channel() != nullptr;
}

bool is_harmless(const ServerLink& link, const struct ::sigevent& event) noexcept {
    const bool pulse = SIGEV_GET_TYPE(&event) == SIGEV_PULSE;
    if (is_trusted(link.peer().uid)) {
        return pulse || is_signal(event);
    }
    return pulse && event.sigev_code >= _PULSE_CODE_MINAVAIL && goes_to_own_channel(event);
}

// That may ask its manager first, for which this thread cannot wait.
bool goes_through_descriptor(const struct ::sigevent& event) noexcept {
    return SIGEV_GET_TYPE(&event) == SIGEV_PULSE && event.sigev_coid < _NTO_SIDE_CHANNEL;
}

// The negative mask of a condition may be one of those, too: it comes with the registered code.
bool is_code_of_kernel(int code) noexcept {
    return code <= _PULSE_CODE_UNBLOCK && code >= _PULSE_CODE_UNBLOCK_TIMER;
}

// What a server that is not trusted makes of the code of a pulse that it may deliver.
void limit_code(const ServerLink& link, RegisteredEvents::Found& found) noexcept {
    if (SIGEV_GET_TYPE(&found.event) == SIGEV_PULSE && is_code_of_kernel(found.event.sigev_code) &&
        !is_trusted(link.peer().uid)) {
        found.event.sigev_code = static_cast<short>(found.registered_code);
    }
}

}  // namespace

void deliver_from(const ServerLink& link, const struct ::sigevent& event,
                  SignalsHeld& signals) noexcept {
    RegisteredEvents::Found found{.event = event};
    if ((event.sigev_notify & SIGEV_FLAG_HANDLE) != 0) {
        if (RegisteredEvents::find(event, link.identity(), found) != 0) {
            return;
        }
        limit_code(link, found);
    } else if (is_harmless(link, event)) {
        found.thread = ::getpid();
    } else {
        return;
    }
    if (goes_through_descriptor(found.event)) {
        return;
    }
    if (is_signal(found.event)) {
        signals.hold();
    }
    static_cast<void>(deliver_here(found.event, found.thread));
}

}  // namespace tocsin::qnx
