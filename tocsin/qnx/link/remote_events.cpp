// Delivering what comes over a link. Private to tocsin/qnx.
#include <tocsin/qnx/link/remote_events.h>

#include <unistd.h>

#include <tocsin/qnx/events.h>
#include <tocsin/qnx/link/server_link.h>
#include <tocsin/qnx/signals_held.h>

namespace tocsin::qnx {

namespace {

bool is_harmless(const ServerLink& link, const struct ::sigevent& event) noexcept {
    return SIGEV_GET_TYPE(&event) == SIGEV_PULSE || (is_signal(event) && is_trusted(link.peer()));
}

}  // namespace

bool is_trusted(const ::ucred& server) noexcept {
    return server.uid == 0 || server.uid == ::geteuid();
}

void deliver_from(const ServerLink& link, const struct ::sigevent& event,
                  SignalsHeld& signals) noexcept {
    RegisteredEvents::Found found{.event = event, .thread = ::getpid()};
    const bool is_handle = (event.sigev_notify & SIGEV_FLAG_HANDLE) != 0;
    if (is_handle ? RegisteredEvents::find(event, link.identity(), found) != 0
                  : !is_harmless(link, event)) {
        return;
    }
    if (is_signal(found.event)) {
        signals.hold();
    }
    static_cast<void>(deliver_here(found.event, found.thread));
}

}  // namespace tocsin::qnx
