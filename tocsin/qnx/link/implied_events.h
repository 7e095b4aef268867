// Events that a client hands to a manager without having registered them. Private to tocsin/qnx.
#pragma once

#include <cstddef>
#include <sys/siginfo.h>

#include <tocsin/qnx/connection.h>

namespace tocsin::qnx {

class ServerLink;

// Only handles leave the process, so that a manager can deliver nothing but what it was given. The
// same event has the same handle, however often it is armed. Any thread.
class ImpliedEvents {
public:
    // How many different events a process may have given to one manager process. Signals and pulses
    // that differ in their values only count as one.
    static constexpr std::size_t events_max = 65'536;

    // Makes a handle of `event`, which keeps its kind, code and value; what the manager changes of
    // the latter two reaches the client where it is a signal or a pulse. One that is a handle
    // already stays as it is. 0, EINVAL for an event that cannot be delivered, EAGAIN for too many,
    // ENOMEM.
    [[nodiscard]] static int make_handle(struct ::sigevent& event, ServerLink& link) noexcept;

    // The manager is gone, and its handles go.
    static void forget(ServerIdentity server) noexcept;
};

}  // namespace tocsin::qnx
