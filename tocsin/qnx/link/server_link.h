// This process as a client of another one. Private to tocsin/qnx.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>
#include <vector>

#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/connection.h>
#include <tocsin/qnx/link/area.h>
#include <tocsin/qnx/link/frame.h>
#include <tocsin/qnx/link/mailbox.h>
#include <tocsin/qnx/link/untold_ends.h>

namespace tocsin::qnx {

class SignalsHeld;

// There is one to each server process, as long as somebody uses it. What the server says is read in
// the service's thread. Any thread.
class ServerLink final : public std::enable_shared_from_this<ServerLink> {
public:
    // To that process. Throws std::system_error: ESRCH when it is not there, ETIMEDOUT when it does
    // not answer within two seconds, EAGAIN when too many knock at its door, or what a new socket
    // fails with; std::bad_alloc.
    [[nodiscard]] static std::shared_ptr<ServerLink> to(::pid_t process);

    ServerLink(::pid_t process, base::Descriptor socket) noexcept;
    ~ServerLink();
    ServerLink(const ServerLink&) = delete;
    ServerLink& operator=(const ServerLink&) = delete;

    // The socket has something to say, or room. In the service's thread.
    void ready(std::uint32_t events) noexcept;

    // What a connection to a channel begins with, and what it ends with.
    struct Attached {
        int error = 0;
        int scoid = 0;
        bool unblocks = false;  // the channel wants to be asked before a sender goes
    };
    // A server that has too much to read is told of the end later. Attaching throws std::bad_alloc.
    [[nodiscard]] Attached attach(int chid, std::uint64_t token, unsigned flags);
    void detach(int chid, int scoid, unsigned flags) noexcept;

    // Shows an area to the server, and waits until it has it. 0, ESRCH, ETIMEDOUT, EAGAIN, also
    // when the server has no descriptor for it, ENOMEM.
    [[nodiscard]] int introduce(const Area& area, int descriptor);

    // To a channel that it is attached to under that scoid. 0, EAGAIN, EBADF when the server is
    // gone, EPERM for a code that only the kernel and the server's own user may have. Never waits.
    [[nodiscard]] int pulse(int chid, int scoid, const PulseContent& content) noexcept;

    // 0, EAGAIN when the server has too much to read, ENOMEM, ESRCH when it is gone. Never waits.
    [[nodiscard]] int send(const Frame& frame, int passed = -1) noexcept;

    // Waits until the server may have read something. 0, EINTR, ETIMEDOUT. A cancellation point.
    [[nodiscard]] int await_room(std::optional<base::Time> deadline) const;

    // An area of that size or more, for one message; it comes back by give_back(). One that is new
    // to the server comes with the `descriptor` that the server has to be sent. Throws
    // std::system_error, EAGAIN when there are too many, std::bad_alloc.
    [[nodiscard]] std::shared_ptr<Area> take_area(std::size_t size, base::Descriptor& descriptor);
    void give_back(std::shared_ptr<Area> area) noexcept;

    // The server has not been sent the area, or does not have it: it goes.
    void forget(const std::shared_ptr<Area>& area) noexcept;

    // No other message of this process has it. Any thread.
    [[nodiscard]] std::uint64_t new_message_number() noexcept { return ++message_number_; }

    // Delivers what lies in the mailbox. Any thread.
    void take_mail() noexcept;

    // What lies in all of them, for a thread that was claimed, see Sleepers.
    static void take_all_mail() noexcept;

    [[nodiscard]] bool ended() const noexcept { return ended_; }
    [[nodiscard]] ServerIdentity identity() const noexcept { return identity_; }
    [[nodiscard]] const ::ucred& peer() const noexcept { return peer_; }
    [[nodiscard]] ::pid_t process() const noexcept { return process_; }
    [[nodiscard]] std::uint64_t ticket() const noexcept { return ticket_; }

private:
    static constexpr std::size_t areas_max = 1024;
    static constexpr std::size_t area_bytes_max = std::size_t{1} << 28U;

    [[nodiscard]] static std::shared_ptr<ServerLink> known_or_new(::pid_t process);
    [[nodiscard]] int watch();
    [[nodiscard]] int greet();
    [[nodiscard]] int say_hello();
    void share_sleepers() noexcept;
    [[nodiscard]] int ask(Frame question, Frame& answer, int passed = -1);
    [[nodiscard]] bool take(const Frame& frame) noexcept;
    [[nodiscard]] bool take_answer(const Frame& frame) noexcept;
    void take_refusal(std::uint32_t area) noexcept;
    void forget_locked(const std::shared_ptr<Area>& area) noexcept;
    void take_mail_locked(SignalsHeld& signals) noexcept;
    void take_event(const struct ::sigevent& event) noexcept;
    void tell_of_death(std::optional<int> scoid) noexcept;
    [[nodiscard]] bool is_trusted_by_server() const noexcept;
    [[nodiscard]] std::shared_ptr<Area> idle_area_locked(std::size_t size) noexcept;
    void tell_ends() noexcept;
    void watch_for_room() noexcept;
    void end() noexcept;

    const ServerIdentity identity_ = new_server_identity();
    const ::uid_t own_user_ = ::geteuid();
    const ::pid_t process_;
    const base::Descriptor socket_;
    const ::ucred peer_;
    std::atomic<bool> ended_{false};
    std::atomic<std::uint64_t> ticket_{0};
    std::atomic<std::uint64_t> message_number_{0};

    UntoldEnds ends_{*this};
    std::atomic<bool> ends_left_{false};
    std::atomic<bool> mail_left_{false};

    std::mutex mail_mutex_;  // delivery is in order
    std::optional<Mailbox> mailbox_;

    std::mutex greeting_;
    std::optional<int> greeted_;  // what came of it

    std::mutex attaching_;  // one asks at a time
    std::mutex mutex_;
    std::condition_variable answered_;
    std::int32_t question_ = 0;  // its number, which the answer repeats
    FrameKind asked_ = FrameKind::hello;
    std::optional<Frame> answer_;
    std::vector<std::shared_ptr<Area>> idle_;  // or soon, when the server lets go
    std::vector<std::shared_ptr<Area>> in_use_;
    std::uint32_t next_area_ = 0;
    std::size_t area_bytes_ = 0;
};

}  // namespace tocsin::qnx
