// A message of another process, at its server. Private to tocsin/qnx.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include <tocsin/qnx/channel.h>
#include <tocsin/qnx/link/area.h>

namespace tocsin::qnx {

// Message and reply lie in memory that the sender shares, so that nothing that the server does to
// it waits for the sender, and the answer wakes it without another thread's help.
class RemoteCall final : public QueuedCall {
public:
    // `size` bytes of message and `room` bytes for the reply fit into the area.
    RemoteCall(std::shared_ptr<Client> client, const ::_msg_info& info, std::shared_ptr<Area> area,
               std::size_t size, std::size_t room) noexcept
        : QueuedCall{std::move(client), info}, area_{std::move(area)}, size_{size}, room_{room} {}
    ~RemoteCall() override;

    [[nodiscard]] ssize_t read(Pieces pieces, std::size_t offset) override;
    [[nodiscard]] ssize_t write(Pieces pieces, std::size_t offset) override;
    void reply(long status, Pieces pieces) override;
    void fail(int error) override;
    void received(int rcvid) noexcept override;
    [[nodiscard]] bool returned() noexcept override;

    // Whether the server is done with it, and with its area.
    [[nodiscard]] bool over() const noexcept;

    // The sender has given up, or is gone: a server that has received it is told, if it wants to
    // be.
    void give_up(Channel& channel) noexcept;

private:
    [[nodiscard]] bool move_locked(AreaState from, AreaState to) noexcept;
    [[nodiscard]] bool note_locked(std::size_t offset, std::size_t size,
                                   std::size_t places) noexcept;
    void end_locked(AreaState from, int error, long status) noexcept;
    void let_go_locked() noexcept;
    void leave_server(Channel& channel) noexcept;
    [[nodiscard]] bool is_received_locked() const noexcept override {
        return !over_ && rcvid_ != 0;
    }

    const std::shared_ptr<Area> area_;
    const std::size_t size_;
    const std::size_t room_;
    bool over_ = false;
    std::array<AreaRange, AreaHeader::ranges_max> ranges_ = {};
    std::size_t range_count_ = 0;
};

}  // namespace tocsin::qnx
