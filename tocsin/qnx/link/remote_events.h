// What servers of other processes deliver to this one. Private to tocsin/qnx.
#pragma once

#include <sys/siginfo.h>
#include <sys/socket.h>

namespace tocsin::qnx {

class ServerLink;
class SignalsHeld;

// Whether that server is of the own user or root's.
[[nodiscard]] bool is_trusted(const ::ucred& server) noexcept;

// A registered event is looked up, and delivered when that server may. One that is not comes with
// whatever the server has made of it: pulses are delivered, signals if the server is of the own
// user or root's, and what names memory or code of this process is not. Signals are held where
// one is sent. Any thread.
void deliver_from(const ServerLink& link, const struct ::sigevent& event,
                  SignalsHeld& signals) noexcept;

}  // namespace tocsin::qnx
