// The clients of this process and their unanswered calls, by number. Private to tocsin/qnx.
#pragma once

#include <memory>
#include <vector>

#include <tocsin/qnx/call.h>
#include <tocsin/qnx/client.h>

namespace tocsin::qnx {

// An rcvid is 18 bits of the client's scoid above 12 bits of a call's number, so it names the
// client also after the call has been answered. Numbers of clients that went are given again last.
// Any thread.
class Calls {
public:
    static constexpr int call_bits = 12;
    static constexpr int client_bits = 18;

    // Gives `client` its scoid, from 1 on. 0, or EAGAIN when all are in use, ENOMEM.
    [[nodiscard]] static int enter_client(const std::shared_ptr<Client>& client) noexcept;

    // The client is gone: its scoid and the rcvids of its calls name nothing any more. Returns the
    // calls that nobody has answered, among empty places.
    static std::vector<std::shared_ptr<Call>> leave_client(const Client& client) noexcept;

    [[nodiscard]] static std::shared_ptr<Client> find_client(int scoid) noexcept;

    // The client that an rcvid belongs to, answered or not; empty when it is gone.
    [[nodiscard]] static std::shared_ptr<Client> client_of(int rcvid) noexcept;

    // Gives the call its rcvid, which is positive. Negative: -EAGAIN when the client has 4095
    // unanswered ones, -ENOMEM, -ESRCH when the client is gone.
    [[nodiscard]] static int enter(const std::shared_ptr<Call>& call) noexcept;

    // The unanswered call of that number, or empty; and takes it out, to answer it.
    [[nodiscard]] static std::shared_ptr<Call> find(int rcvid) noexcept;
    [[nodiscard]] static std::shared_ptr<Call> take(int rcvid) noexcept;
};

}  // namespace tocsin::qnx
