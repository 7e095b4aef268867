// The connections that this process has as a client, by number. Private to tocsin/qnx.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <sys/neutrino.h>
#include <vector>

#include <tocsin/qnx/channel.h>
#include <tocsin/qnx/pieces.h>
#include <tocsin/qnx/waiting.h>

namespace tocsin::qnx {

constexpr int priority_max = 255;

// Of what a caller may ask for; -1 stands for its own.
[[nodiscard]] constexpr bool is_priority(int priority) noexcept {
    return priority >= -1 && priority <= priority_max;
}

// Names one server of this process's connections, and is never given again; 0 names none.
using ServerIdentity = std::uint64_t;
[[nodiscard]] ServerIdentity new_server_identity() noexcept;

// What a sender gets: an errno, or 0 and the server's status.
struct Answer {
    int error = 0;
    long status = 0;
};

// To one channel, of this process or another. It is given up when nobody uses it any more. Any
// thread.
class Connection {
public:
    explicit Connection(unsigned flags) noexcept : flags_{flags} {}
    virtual ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Sends and waits. A cancellation point.
    [[nodiscard]] virtual Answer send(Pieces message, Pieces room, Timeout timeout) = 0;

    // The scoid is for the connection to say. 0, or an errno.
    [[nodiscard]] virtual int pulse(PulseContent content) noexcept = 0;

    [[nodiscard]] virtual ::_server_info server() const noexcept = 0;

    // The same for all connections of this process to one server, and for no others.
    [[nodiscard]] virtual ServerIdentity identity() const noexcept = 0;

    // The channel, if it is one of this process.
    [[nodiscard]] virtual const Channel* channel() const noexcept { return nullptr; }

    // Its number, from _NTO_SIDE_CHANNEL on; 0 before it has one.
    [[nodiscard]] int coid() const noexcept { return coid_; }

    [[nodiscard]] unsigned flags() const noexcept { return flags_; }

    // Returns the flags as they were.
    unsigned set_flags(unsigned mask, unsigned bits) noexcept;

protected:
    // Flags have become others.
    virtual void changed_flags(unsigned /*before*/, unsigned /*now*/) noexcept {}

private:
    friend class Connections;

    std::atomic<unsigned> flags_;
    std::atomic<int> coid_{0};
    std::atomic<int> pulsing_{0};  // threads that are sending a pulse through it
};

class Connections {
public:
    // A connection that stays for the moment of a pulse. Its end is never left to who sends one, as
    // that may be a signal handler.
    class Pulsing {
    public:
        explicit Pulsing(int coid) noexcept;
        ~Pulsing();
        Pulsing(const Pulsing&) = delete;
        Pulsing& operator=(const Pulsing&) = delete;

        // nullptr when there is no such connection.
        [[nodiscard]] Connection* connection() const noexcept { return connection_; }

    private:
        Connection* connection_ = nullptr;
    };

    // Gives the connection the lowest free number. 0, EAGAIN, ENOMEM.
    [[nodiscard]] static int add(const std::shared_ptr<Connection>& connection) noexcept;

    // By number, or empty; and takes it out of the table, when no pulse is being sent through it.
    [[nodiscard]] static std::shared_ptr<Connection> find(int coid) noexcept;
    [[nodiscard]] static std::shared_ptr<Connection> take(int coid) noexcept;

    // That one, or the next above; or empty.
    [[nodiscard]] static std::shared_ptr<Connection> next(int coid) noexcept;

    // All that there are. Throws std::bad_alloc.
    [[nodiscard]] static std::vector<std::shared_ptr<Connection>> all();
};

// What MsgSend() and MsgSendPulse() do on a number below _NTO_SIDE_CHANNEL, a descriptor. Any
// thread.
class DescriptorCalls {
public:
    virtual ~DescriptorCalls();

    // As of a connection; EBADF when that descriptor is no server's.
    [[nodiscard]] virtual Answer send(int descriptor, Pieces message, Pieces room,
                                      Timeout timeout) = 0;
    [[nodiscard]] virtual int pulse(int descriptor, const PulseContent& content) noexcept = 0;

    // Who is behind it, as Connection::identity() says it; 0 when that is no server.
    [[nodiscard]] virtual ServerIdentity identity(int descriptor) noexcept = 0;

    // Those of paths that managers serve, unless others are set; nullptr for those again.
    static void set(DescriptorCalls* calls) noexcept { current.store(calls); }
    [[nodiscard]] static DescriptorCalls& get() noexcept;

private:
    static constinit std::atomic<DescriptorCalls*> current;
};

// Through a connection or a descriptor, by number: EBADF when it is neither. send_through() is a
// cancellation point. pulse_through() to a connection may be called by signal handlers: pulse_now()
// may not, see Section.
[[nodiscard]] Answer send_through(int coid, Pieces message, Pieces room, Timeout timeout);
[[nodiscard]] int pulse_through(int coid, const PulseContent& content) noexcept;
[[nodiscard]] int pulse_now(int coid, const PulseContent& content) noexcept;

// Who is behind it; 0 when nobody is.
[[nodiscard]] ServerIdentity server_behind(int coid) noexcept;

}  // namespace tocsin::qnx
