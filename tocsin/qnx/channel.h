// Where messages and pulses of one server arrive. Private to tocsin/qnx.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <sys/neutrino.h>
#include <vector>

#include <tocsin/base/list.h>
#include <tocsin/core/wake_channel.h>
#include <tocsin/qnx/arrivals.h>
#include <tocsin/qnx/pulse_pool.h>
#include <tocsin/qnx/queued_call.h>
#include <tocsin/qnx/waiting.h>

namespace tocsin::qnx {

// What MsgReceive() gets: a call with its rcvid, or a pulse (rcvid 0).
struct Received {
    int rcvid = 0;
    std::shared_ptr<QueuedCall> call;
    ::_pulse pulse = {};
    int priority = 0;         // of the pulse, and
    std::uint64_t order = 0;  // its place in the queue
};

enum class Wanted : std::uint8_t { everything, pulses };

// A pulse that is to be sent.
struct PulseContent {
    int scoid = 0;
    int priority = 0;  // 0 to 255
    int code = 0;
    union ::sigval value = {};
    bool only_if_awaited = false;  // dropped when nobody is waiting to receive it
};

// Waits until pulses can be queued again.
class RoomListener {
public:
    virtual ~RoomListener();

    // There is room. The channel is locked. Any thread.
    virtual void room() noexcept = 0;
};

// A queue by priority, of equal ones in the order of arrival. What arrives while a thread waits is
// handed to it at once. Any thread.
class Channel : public std::enable_shared_from_this<Channel> {
public:
    Channel(int chid, unsigned flags) noexcept;
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    [[nodiscard]] int chid() const noexcept { return chid_; }
    [[nodiscard]] bool has(unsigned flag) const noexcept { return (flags_ & flag) != 0; }

    [[nodiscard]] bool is_destroyed() noexcept;

    // How many threads wait for the descriptor, so that what is sent is awaited.
    void set_watchers(std::shared_ptr<const std::atomic<int>> watchers) noexcept;

    // A queued thing, if there is any; never blocks.
    [[nodiscard]] bool try_receive(Received& received, Wanted wanted = Wanted::everything);

    // Waits for one. 0, or EINTR after a signal handler ran, ETIMEDOUT, ESRCH when the channel was
    // destroyed. A cancellation point.
    [[nodiscard]] int receive(Received& received, Wanted wanted, Timeout timeout);

    // A descriptor that is readable as long as something is queued, for those who wait for other
    // descriptors, too: who is woken calls try_receive(), and may come too late. Made when it is
    // first asked for; -1 with errno when that fails.
    [[nodiscard]] int descriptor() noexcept;

    // Queues a call, which its maker keeps. 0, EAGAIN when its client has too many received ones,
    // or ESRCH.
    [[nodiscard]] int send(QueuedCall& call) noexcept;

    // Takes a call back; false when it has been received.
    [[nodiscard]] bool withdraw(QueuedCall& call) noexcept;

    // Makes and queues a pulse. 0, EAGAIN when there are too many, or ESRCH.
    [[nodiscard]] int pulse(const PulseContent& content) noexcept;

    // Tells `listener` once when pulses can be queued again, at once if they can be now. Throws
    // std::bad_alloc.
    void when_room(std::weak_ptr<RoomListener> listener);

    // What other users of the machine have to show to be connected; whoever knows it may.
    [[nodiscard]] std::uint64_t token() const noexcept { return token_; }

    // Queues a pulse that is a part of `whole`, so that it takes no memory; once at a time.
    void pulse(Pulse& pulse, const PulseContent& content, std::shared_ptr<void> whole) noexcept;

    // Takes such a pulse back, when it has not been received.
    void withdraw(Pulse& pulse) noexcept;

    // Who is connected, for destroy(). False: the channel is gone; throws std::bad_alloc.
    [[nodiscard]] bool add_client(const std::shared_ptr<Client>& client);
    void remove_client(const Client& client) noexcept;

    // Fails all who wait, for it or in it, and all who come later.
    void destroy() noexcept;

private:
    class Waiter;
    class Woken;

    [[nodiscard]] bool take_locked(Received& received, Wanted wanted) noexcept;
    void take_pulse_locked(Pulse& pulse, Received& received) noexcept;
    [[nodiscard]] bool take_call_locked(QueuedCall& call, Received& received) noexcept;
    void hand_over_locked(Woken& woken) noexcept;
    void put_back_locked(Received& received, Woken& woken) noexcept;
    void fill_locked(Pulse& pulse, const PulseContent& content, Woken& woken) noexcept;
    [[nodiscard]] bool something_locked() const noexcept {
        return !calls_.empty() || !pulses_.empty();
    }
    [[nodiscard]] bool awaited_locked() const noexcept {
        return !waiters_.empty() || (watchers_ != nullptr && *watchers_ > 0);
    }
    [[nodiscard]] Pulse* new_pulse_locked() noexcept;
    void discard_locked(Pulse& pulse) noexcept;
    void show_locked() noexcept;
    void tell_of_room_locked() noexcept;

    const int chid_;
    const unsigned flags_;
    const std::uint64_t token_;
    std::mutex mutex_;
    bool destroyed_ = false;
    bool shown_ = false;
    std::shared_ptr<const std::atomic<int>> watchers_;
    std::uint64_t next_order_ = 0;
    Arrivals<QueuedCall> calls_;
    Arrivals<Pulse> pulses_;
    PulsePool pool_;
    base::List<Waiter> waiters_;
    std::vector<std::shared_ptr<Client>> clients_;
    std::vector<std::weak_ptr<RoomListener>> listeners_;
    core::WakeChannel waking_;
};

}  // namespace tocsin::qnx
