// A thread of this process that is blocked in MsgSend(). Private to tocsin/qnx.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include <tocsin/qnx/channel.h>
#include <tocsin/qnx/connection.h>
#include <tocsin/qnx/pieces.h>
#include <tocsin/qnx/waiting.h>

namespace tocsin::qnx {

// Bytes are copied once, between the sender's pieces and the server's, by the server's thread: the
// sender does not go on, whatever interrupts it, while somebody copies.
class LocalMessage final : public QueuedCall {
public:
    // The pieces stay where they are until exchange() returns.
    LocalMessage(std::shared_ptr<Client> client, const ::_msg_info& info, Pieces message,
                 Pieces room) noexcept
        : QueuedCall{std::move(client), info}, message_{message}, room_{room} {}

    // Queues it at the channel and waits for the answer. A cancellation point.
    [[nodiscard]] Answer exchange(Channel& channel, Timeout timeout);

    [[nodiscard]] ssize_t read(Pieces pieces, std::size_t offset) override;
    [[nodiscard]] ssize_t write(Pieces pieces, std::size_t offset) override;
    void reply(long status, Pieces pieces) override;
    void fail(int error) override;
    void received(int rcvid) noexcept override;
    [[nodiscard]] bool returned() noexcept override;

    // As await_answer() asks for them.
    [[nodiscard]] bool answered() noexcept;
    [[nodiscard]] bool may_expire(const Timeout& timeout) noexcept;
    [[nodiscard]] bool give_up(int cause) noexcept;

private:
    class Sending;
    enum class State : std::uint8_t { queued, received, answered, gone };

    [[nodiscard]] bool withdraw(Channel& channel) noexcept;
    [[nodiscard]] bool is_received_locked() const noexcept override {
        return state_ == State::received;
    }

    const Pieces message_;
    const Pieces room_;
    Channel* channel_ = nullptr;
    Bell bell_;
    State state_ = State::queued;
    bool ring_when_received_ = false;
    Answer answer_;
};

}  // namespace tocsin::qnx
