// A thread that is blocked in MsgSend() to another process. Private to tocsin/qnx.
#pragma once

#include <memory>
#include <optional>

#include <tocsin/qnx/connection.h>
#include <tocsin/qnx/link/area.h>
#include <tocsin/qnx/link/server_link.h>

namespace tocsin::qnx {

// The message lies in an area that the server reads and answers in. On the sender's stack.
class RemoteMessage {
public:
    // Copies the message. Throws std::system_error, std::bad_alloc; EMSGSIZE.
    RemoteMessage(ServerLink& link, bool unblocks, Pieces message, Pieces room);

    // Gives the area back; a message without an answer is withdrawn.
    ~RemoteMessage();
    RemoteMessage(const RemoteMessage&) = delete;
    RemoteMessage& operator=(const RemoteMessage&) = delete;

    // Sends `frame` of the message, and waits for the answer. A cancellation point.
    [[nodiscard]] Answer exchange(Frame frame, Timeout timeout);

    // Sends it through a descriptor of a path that the same process serves; the call waits in the
    // kernel. 0, ESTALE when that is another process's, ETIMEDOUT, or another errno.
    [[nodiscard]] int exchange_through(int descriptor, const Timeout& timeout, Answer& answer);

    // As await_answer() asks for them.
    [[nodiscard]] bool answered() noexcept;
    [[nodiscard]] bool may_expire(const Timeout& timeout) noexcept;
    [[nodiscard]] bool give_up(int cause);

private:
    [[nodiscard]] int send(const Frame& frame, Timeout& timeout, int passed = -1);
    [[nodiscard]] bool leave(AreaState from) noexcept;
    [[nodiscard]] Answer take_answer() noexcept;
    void request_unblock(int cause);

    ServerLink& link_;
    const bool unblocks_;
    const Pieces room_;
    const std::size_t size_;
    const std::size_t room_size_;
    base::Descriptor descriptor_;
    std::shared_ptr<Area> area_;
    bool sent_ = false;
    bool asked_ = false;  // to be unblocked
};

}  // namespace tocsin::qnx
