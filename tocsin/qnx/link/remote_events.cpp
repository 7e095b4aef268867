// Delivering what comes over a link. Private to tocsin/qnx.
#include <tocsin/qnx/link/remote_events.h>

#include <unistd.h>

#include <tocsin/qnx/events.h>
#include <tocsin/qnx/link/server_link.h>

namespace tocsin::qnx {

namespace {

bool is_trusted(const ::ucred& server) noexcept {
    return server.uid == 0 || server.uid == ::geteuid();
}

bool is_harmless(const ServerLink& link, const struct ::sigevent& event) noexcept {
    return SIGEV_GET_TYPE(&event) == SIGEV_PULSE || (is_signal(event) && is_trusted(link.peer()));
}

}  // namespace

void deliver_from(const ServerLink& link, const struct ::sigevent& event) noexcept {
    if ((event.sigev_notify & SIGEV_FLAG_HANDLE) == 0) {
        if (is_harmless(link, event)) {
            static_cast<void>(deliver_here(event, ::getpid()));
        }
        return;
    }
    RegisteredEvents::Found found;
    if (RegisteredEvents::find(event, link.identity(), found) == 0) {
        static_cast<void>(deliver_here(found.event, found.thread));
    }
}

}  // namespace tocsin::qnx
