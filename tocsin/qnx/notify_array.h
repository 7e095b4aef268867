// The clients that wait for the conditions of one device. Private to tocsin/qnx.
#pragma once

#include <array>
#include <atomic>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <sys/iofunc.h>
#include <sys/siginfo.h>
#include <unordered_map>

#include <tocsin/core/arm.h>
#include <tocsin/core/conditions.h>
#include <tocsin/core/wait_queue.h>

namespace tocsin::qnx {

// Whose entry it is: a client's connection, and the descriptor that the client used.
struct Identity {
    int scoid = 0;
    int coid = 0;

    // As the wait queues know it.
    [[nodiscard]] std::uint64_t number() const noexcept {
        return static_cast<std::uint64_t>(static_cast<std::uint32_t>(scoid)) << 32U |
               static_cast<std::uint32_t>(coid);
    }
};

// What is delivered when an entry fires, and how it was asked for.
struct Arming {
    int rcvid = 0;
    struct ::sigevent event = {};
    bool extended = false;    // the client understands extended conditions
    bool transition = false;  // the next data in an empty queue, whatever the threshold
    int threshold = 1;
};

// What stands behind an array of iofunc_notify_t from the first arming until nobody is known to it
// any more; the first member's `list` points to it, and `cnt` of each carries what the CHECK macros
// read. Functions with a Lock are called while it is held; sinks run without it.
class NotifyArray : public std::enable_shared_from_this<NotifyArray> {
public:
    // `cnt` where nobody waits, and where only transitions are waited for.
    static constexpr int nobody = INT_MAX;
    static constexpr int transitions_only = INT_MAX - 1;

    // Guards the members of one array, and what stands behind them.
    class Lock {
    public:
        explicit Lock(::iofunc_notify_t* members) noexcept;

    private:
        std::unique_lock<std::mutex> lock_;
    };

    explicit NotifyArray(::iofunc_notify_t* members) noexcept;
    ~NotifyArray();
    NotifyArray(const NotifyArray&) = delete;
    NotifyArray& operator=(const NotifyArray&) = delete;

    // What stands behind `members`, or nothing; and so that there is something (std::bad_alloc).
    [[nodiscard]] static std::shared_ptr<NotifyArray> find(const ::iofunc_notify_t* members,
                                                           const Lock& lock) noexcept;
    [[nodiscard]] static std::shared_ptr<NotifyArray> find_or_make(::iofunc_notify_t* members,
                                                                   const Lock& lock);

    // Makes room for entries of `identity` at `indices`, so that arming them cannot fail. Throws
    // std::bad_alloc; what was armed is as before then.
    void prepare(const Identity& identity, core::Conditions indices, const Lock& lock);

    // Arms what was prepared, in the place of what was armed.
    void arm(const Identity& identity, core::Condition index, const Arming& arming,
             const Lock& lock) noexcept;
    void disarm(const Identity& identity, core::Conditions indices, const Lock& lock) noexcept;
    void disarm_everybody(core::Condition index, const Lock& lock) noexcept;

    // Disarms and forgets; lets go of the members when nobody is left.
    void remove(const Identity& identity, core::Conditions indices, const Lock& lock) noexcept;
    void remove_everybody(core::Conditions indices, const Lock& lock) noexcept;

    // Whether anybody waits for a transition at one of `indices`.
    [[nodiscard]] bool has_transition(core::Conditions indices) const noexcept;

    // Of `met`, what may have changed since `identity`, which was prepared, was last told here.
    [[nodiscard]] core::Conditions take_edges(const Identity& identity, core::Conditions asked,
                                              core::Conditions met, const Lock& lock) noexcept;

    // Writes the lowest threshold at each of `indices` into the members; 1 where the next edge of
    // somebody who was told of one is known by the triggers in between, which the CHECK macros
    // must not hold back.
    void publish(core::Conditions indices, const Lock& lock) noexcept;

    // Fires what waits at `index` for at most `count`; of `identity` only, if there is one. Without
    // the lock.
    void trigger(int count, core::Condition index) noexcept;
    void trigger(int count, core::Condition index, const Identity& identity) noexcept;

private:
    struct Entry;
    using Client = std::array<std::unique_ptr<Entry>, core::condition_count>;

    [[nodiscard]] Entry* find_entry(const Identity& identity, core::Condition index) const noexcept;
    void disarm(Entry& entry) noexcept;
    void note_met(Entry& entry, bool met) noexcept;
    void forget(std::unique_ptr<Entry>& entry) noexcept;
    void let_go_if_empty(const Lock& lock) noexcept;

    ::iofunc_notify_t* members_;
    std::shared_ptr<NotifyArray> self_;  // while the members point here
    core::WaitQueue conditional_;
    core::WaitQueue transitional_;
    std::array<std::atomic<std::uint64_t>, core::condition_count> triggers_{};
    std::array<int, core::condition_count> met_{};  // entries that were told of an edge
    std::unordered_map<std::uint64_t, Client> clients_;
};

}  // namespace tocsin::qnx
