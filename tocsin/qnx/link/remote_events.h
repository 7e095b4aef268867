// What servers of other processes deliver to this one. Private to tocsin/qnx.
#pragma once

#include <sys/siginfo.h>

namespace tocsin::qnx {

class ServerLink;
class SignalsHeld;

// A registered event is looked up, and delivered when that server may. One that is not comes with
// whatever the server has made of it: what names memory or code of this process is not delivered,
// and of a server that is not trusted nothing but pulses to this process's own channels, with a
// code that a program may have. No pulse goes through a descriptor. Signals are held where one is
// sent. Any thread.
void deliver_from(const ServerLink& link, const struct ::sigevent& event,
                  SignalsHeld& signals) noexcept;

}  // namespace tocsin::qnx
