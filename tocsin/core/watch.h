// A watch: a descriptor's readiness, delivered on a loop. Public.
#pragma once

#include <cstdint>
#include <system_error>

#include <tocsin/base/callback.h>
#include <tocsin/base/list.h>
#include <tocsin/core/conditions.h>

namespace tocsin::core {

class Loop;

struct ReadyWatches {};
struct ChangedWatches {};

// Whom a report wakes when several loops, or other epoll sets, watch one open file.
enum class Wakes : bool {
    all,
    one,  // the first that sleeps, in the order of registration; the others are passed over
};

// A slot that is delivered whenever its descriptor is ready for what it is interested in: level
// triggered, so a handler that leaves something undone is called again in the next turn. The
// handler is given what is true: of input, output and out_of_band what it is interested in, and
// error, hang_up and invalid always, as long as it is interested in anything. Invalid is reported
// by loops that wait with poll(2); from epoll a descriptor that is closed disappears in silence.
//
// The caller owns the object and the descriptor. All calls on the loop's thread. The handler may
// unregister and free this watch, and so may any other handler of the loop; a watch that was ready
// in the same turn is not delivered then. Unregister before the descriptor is closed.
class Watch : private base::Link<ReadyWatches>, private base::Link<ChangedWatches> {
public:
    Watch() noexcept = default;
    explicit Watch(base::Callback<Conditions> handler) noexcept : handler_{handler} {}

    // Unregisters it.
    ~Watch() { unregister(); }

    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    // Replaces the handler; a delivery to come calls the new one.
    void set_handler(base::Callback<Conditions> handler) noexcept { handler_ = handler; }

    // Starts watching `descriptor`, whose flags stay as they are, for `interest`: a set of input,
    // output and out_of_band; error alone asks for nothing but what is always reported, and the
    // empty set watches nothing until set_interest(). Fails, with
    // nothing changed, with Error::already_watched, Error::not_watchable, or what the kernel says:
    // EBADF, ENOMEM, ENOSPC, or EINVAL for Wakes::one with out_of_band (see epoll_ctl(2)).
    // Registering twice stops the program. A loop that waits with poll(2) is always woken, whatever
    // `wakes` says, and takes regular files, which are always ready.
    [[nodiscard]] std::error_code register_with(Loop& loop, int descriptor, Conditions interest,
                                                Wakes wakes = Wakes::all);

    // Stops watching: the handler is not called any more, and the memory may be freed. Does nothing
    // when it is not registered.
    void unregister() noexcept;

    // Changes the interest, from the next wait on. Switching off and on again between two waits
    // costs no system call. A failure of the kernel (ENOMEM) is delivered as Condition::error.
    // Stops the program when the watch is not registered.
    void set_interest(Conditions interest) noexcept;

    // Has the handler called once more in this turn, before any other watch, with what of `rest` is
    // of interest then: for a handler that hands on one condition at a time, because what it calls
    // may free the watch. Only inside the handler.
    void deliver_next(Conditions rest) noexcept;

    // Has the handler of a watch that has an interest called as if the kernel had reported
    // `conditions`: in this turn, unless it has come to its watches already, and then in the next.
    void report(Conditions conditions) noexcept;

    [[nodiscard]] bool registered() const noexcept { return loop_ != nullptr; }
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    [[nodiscard]] Conditions interest() const noexcept { return interest_; }

private:
    friend class Loop;
    friend class Poller;
    friend class EpollPoller;
    friend class PollPoller;
    friend class base::List<Watch, ReadyWatches>;
    friend class base::List<Watch, ChangedWatches>;

    base::Callback<Conditions> handler_;
    Loop* loop_ = nullptr;
    int descriptor_ = -1;
    std::uint32_t place_ = 0;  // which place the poller has given it
    Wakes wakes_ = Wakes::all;
    bool entered_ = false;       // whether the kernel has an entry for it
    bool once_ = false;          // the entry is good for one report
    bool switched_off_ = false;  // the interest has been empty since the kernel was told
    Conditions interest_;
    Conditions installed_;  // what the kernel has been told; at least the interest at a wait
    Conditions ready_;      // collected and not delivered yet
};

}  // namespace tocsin::core
