// Connections of this process to channels of others. Private to tocsin/qnx.
#pragma once

#include <cerrno>
#include <memory>

#include <tocsin/qnx/connection.h>
#include <tocsin/qnx/link/server_link.h>

namespace tocsin::qnx {

class RemoteConnection final : public Connection {
public:
    // Makes one and gives it its number, which is returned; or a negative errno. `token` is what
    // the channel's owner has given out, or 0.
    [[nodiscard]] static int attach(::pid_t process, int chid, std::uint64_t token,
                                    unsigned flags) noexcept;

    RemoteConnection(std::shared_ptr<ServerLink> link, int chid, unsigned flags) noexcept
        : Connection{flags}, link_{std::move(link)}, chid_{chid} {}
    ~RemoteConnection() override;

    [[nodiscard]] Answer send(Pieces message, Pieces room, Timeout timeout) override;
    [[nodiscard]] int pulse(PulseContent content) noexcept override;
    [[nodiscard]] ::_server_info server() const noexcept override;
    [[nodiscard]] ServerIdentity identity() const noexcept override { return link_->identity(); }

private:
    void changed_flags(unsigned before, unsigned now) noexcept override;
    [[nodiscard]] int attach(std::uint64_t token);
    [[nodiscard]] Answer send_once(Pieces message, Pieces room, Timeout timeout);

    const std::shared_ptr<ServerLink> link_;
    const int chid_;
    ServerLink::Attached attached_{.error = ESRCH};
};

}  // namespace tocsin::qnx
