// A client of this process, as a manager sees it. Private to tocsin/qnx.
#pragma once

#include <sys/siginfo.h>
#include <sys/types.h>

namespace tocsin::qnx {

// Who is behind a connection.
struct Credentials {
    ::pid_t pid = 0;
    ::pid_t thread = 0;
    ::uid_t uid = 0;
    ::gid_t gid = 0;
};

// One connection of one client to one manager: what QNX calls a scoid. It outlives the calls made
// through it, and events are delivered to it also between calls.
class Client {
public:
    Client() noexcept = default;
    virtual ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // Its number, which Calls gives.
    [[nodiscard]] int scoid() const noexcept { return scoid_; }

    // Delivers `event` to the client and never blocks. 0, or an errno (see MsgDeliverEvent()). Any
    // thread.
    [[nodiscard]] virtual int deliver(const struct ::sigevent& event) noexcept = 0;

    [[nodiscard]] virtual Credentials credentials() const noexcept = 0;

    // The server has seen that it is gone and gives its number back. False while it is not gone.
    [[nodiscard]] virtual bool release() noexcept { return false; }

    // The channel that it is connected to is destroyed. Does nothing.
    virtual void server_gone() noexcept {}

private:
    friend class Calls;

    int scoid_ = 0;
};

}  // namespace tocsin::qnx
