// One message whose sender waits for the answer. Private to tocsin/qnx.
#pragma once

#include <cerrno>
#include <cstddef>
#include <memory>
#include <span>
#include <sys/neutrino.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <utility>

#include <tocsin/qnx/client.h>

namespace tocsin::qnx {

// A sender is blocked until this is answered. The manager knows it by a number, its rcvid, from
// Calls. Any thread; whoever takes it out of Calls owns the right to answer, so that it is answered
// once.
class Call {
public:
    Call(std::shared_ptr<Client> client, const ::_msg_info& info) noexcept
        : client_{std::move(client)}, info_{info} {}
    virtual ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    // Copies what the sender sent, from `offset` on, as much as there is and `pieces` hold; returns
    // the bytes copied, or a negative errno.
    [[nodiscard]] virtual ssize_t read(std::span<const ::iovec> pieces, std::size_t offset) = 0;

    // Copies into what the sender gave for the reply, at `offset`; the reply itself leaves that be
    // beyond its own end. Returns the bytes copied, or a negative errno.
    [[nodiscard]] virtual ssize_t write(std::span<const ::iovec> pieces, std::size_t offset) = 0;

    // Answers with `status`, which the sender's call returns, and `pieces`; or with an error of
    // errno.
    virtual void reply(long status, std::span<const ::iovec> pieces) = 0;
    virtual void fail(int error) = 0;

    // Why the sender wants to be unblocked: EINTR or ETIMEDOUT.
    [[nodiscard]] virtual int cause() const noexcept { return EINTR; }

    // The sender, and what may have changed since the call was made.
    [[nodiscard]] virtual ::_msg_info info() const noexcept { return info_; }
    [[nodiscard]] Client& client() const noexcept { return *client_; }

protected:
    const std::shared_ptr<Client> client_;
    const ::_msg_info info_;
};

}  // namespace tocsin::qnx
