// The loop: waits, collects, delivers. Public.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <sys/types.h>
#include <system_error>

#include <tocsin/base/clock.h>
#include <tocsin/core/event.h>
#include <tocsin/core/task.h>
#include <tocsin/core/timer.h>
#include <tocsin/core/watch.h>

namespace tocsin::core {

// Whether a turn may sleep until something is to be delivered.
enum class Wait : bool { no, yes };

struct LoopOptions {
    // Where deadlines are measured; has to outlive the loop.
    base::Clock& clock = base::monotonic_clock();
    // False: wait with poll(2) even where epoll is there.
    bool use_epoll = true;
    // True: ask the kernel for descriptors in every turn, however busy the loop is, as long as any
    // is watched.
    bool look_in_every_turn = false;
    // How long at most the loop goes on looking for posts, once it has nothing left to do, before
    // it sleeps: a post that comes meanwhile costs no system call, and wakes no processor. It takes
    // processor time instead: less and less of it while posts come farther apart. Descriptors,
    // signal handlers that post nothing, and the cancellation of the thread are noticed that much
    // later. Zero: it sleeps at once. Of use where the posters have other processors.
    base::Duration spin = base::Duration::zero();
};

// One loop serves one thread: the one that made it, or the one that called run(), run_until_idle()
// or turn() last. Whoever moves it to another thread sees to it that the first one is done with it.
// A thread that has ended stays the loop's: who joined it takes over by one turn() before slots or
// the loop are destroyed.
//
// A turn has five phases, in this order:
//
//   1. timers that are due
//   2. tasks
//   3. the wait: until something is to be delivered; without a sleep when something is already, or
//      has been in this turn
//   4. events, in the order of posting
//   5. handlers of ready descriptors, in the order in which the kernel reported them
//
// Each phase delivers what it found at its beginning: what a handler causes for a phase that has
// begun is delivered in a later turn, and for one that is still to come in this turn. So a turn is
// bounded. While events, tasks and due timers keep the loop busy it asks the kernel for descriptors
// at least every 50 microseconds or 256 turns, whichever comes first. Handlers run from queues: any
// handler may unregister and free any slot, its own included. A handler may throw: the exception
// leaves run() or turn(), and what was not delivered is delivered when the loop is turned again.
//
// The loop owns no slot. It outlives whatever is registered with it: its destructor stops the
// program if something still is, and waits for posters that are still on their way out of a post
// that has been delivered. In a child of fork() a loop of the parent is dead: nothing that the
// child does to it, or to slots registered with it, reaches the parent's; running it, or
// registering anything with it, stops the child.
class Loop {
public:
    // Opens what the loop needs: two descriptors (three where eventfd is refused), and none for any
    // event later. Throws std::system_error when descriptors or memory are short.
    Loop() : Loop(LoopOptions{}) {}
    explicit Loop(const LoopOptions& options);
    ~Loop();

    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    // Turns until stop() is called, and consumes that call. With nothing registered it sleeps.
    void run();

    // Turns until nothing is left to deliver now, without sleeping, or until stop() is called,
    // which it consumes. A watch that leaves its descriptor ready keeps it going.
    void run_until_idle();

    // Makes one turn. True when it delivered anything. It notices a stop() without consuming it,
    // and no turn sleeps from then on until somebody has: who turns a loop by hand asks
    // take_stop(). In a handler it delivers what is left of the turn that has called that one.
    bool turn(Wait wait);

    // The halves of a turn, for who decides something between them: deliver_due() makes phases 1
    // and 2, wait_and_deliver() makes 3 to 5 and is told what the first half returned. Each returns
    // true when it delivered anything.
    bool deliver_due();
    bool wait_and_deliver(Wait wait, bool delivered);

    // Makes phase 4 of the turn early, inside the handler of a timer or a task: delivers the events
    // that are pending now, and what is posted from then on belongs to the next turn. True when
    // there were any.
    bool deliver_events_early();

    // Makes run() return at the end of the turn in which the loop notices it. When it is not
    // running the call is kept: run() returns after its first turn then, or at once when turn()
    // has noticed it. Any thread, also in a signal handler; as Event::post().
    void stop() noexcept { stop_event_.post(); }

    // Whether a turn has noticed a stop() that was not consumed yet; consumes it. On the loop's
    // thread.
    [[nodiscard]] bool take_stop() noexcept;

    // The time of the current turn: read at its beginning while timers or watches wait, else when
    // it is first asked for; and again when it is first asked for after the wait. Outside a turn it
    // is read each time. On the loop's thread.
    [[nodiscard]] base::Time now() noexcept;

    // Reads the clock again, for a handler that took long. On the loop's thread.
    base::Time refresh_time() noexcept;

    // How many slots are registered, armed or scheduled. On the loop's thread.
    [[nodiscard]] std::size_t registered_count() const noexcept { return registered_ - 1; }

    // The number of the last turn whose tasks it has begun to deliver. On the loop's thread.
    [[nodiscard]] std::uint64_t turn_number() const noexcept;

    // How the loop waits: "epoll_pwait2", "epoll" or "poll".
    [[nodiscard]] const char* waits_with() const noexcept;

    // Leaves alone whatever is registered, without touching it, so that the loop can be destroyed:
    // for faces whose users may drop slots with their loop. Such a slot is good for nothing but to
    // be made anew. On the loop's thread.
    void abandon_slots() noexcept;

    // As abandon_slots(), and gives every descriptor back. What is left may be posted to for ever,
    // to no effect, as long as its memory is there; it is good for nothing else, and must not be
    // destroyed. On the loop's thread.
    void retire() noexcept;

    // In a forked child, on the thread that has forked and that turned the loop: makes the loop the
    // child's own, with everything that is registered with it, and a descriptor of its own for each
    // of the loop's. The parent's loop does not notice. An event that another thread of the parent
    // was posting at the fork is deaf in the child until it is unregistered, which then takes
    // a third of a second, and registered again; from then on a thread of the
    // child must not be stopped for so long inside a post of an event that is unregistered. Fails
    // as the constructor does, with an error and nothing changed.
    [[nodiscard]] std::error_code continue_in_child() noexcept;

    // Whether the loop was made by this process, and not by a parent that forked it.
    [[nodiscard]] bool is_of_this_process() const noexcept;

    // The id of the loop's thread, as gettid(2) has it. Any thread.
    [[nodiscard]] ::pid_t thread_id() const noexcept;

    // Stops the program, naming `call`, unless the calling thread is the loop's. Does nothing in a
    // forked child.
    void check_thread(const char* call) const noexcept;

    // As check_thread(), and stops a forked child, too.
    void check_usable(const char* call) const noexcept;

private:
    friend class Event;
    friend class RawEvent;
    friend class Task;
    friend class Timer;
    friend class Watch;
    struct State;
    struct Turning;

    void adopt(const char* call) noexcept;
    void read_time() noexcept;
    [[nodiscard]] bool time_matters() const noexcept;
    [[nodiscard]] bool short_turn_will_do() const noexcept;
    void make_short_turns();
    [[nodiscard]] bool should_look() noexcept;
    [[nodiscard]] bool fall_asleep() noexcept;
    void look(bool sleep);
    void wait_and_collect(Wait wait, bool delivered);
    [[nodiscard]] bool busy() const noexcept;
    bool deliver_timers();
    bool deliver_tasks();
    bool deliver_events();
    bool deliver_watches();
    [[nodiscard]] std::optional<base::Duration> time_left() noexcept;
    void tell_changes();
    bool end_sleep() noexcept;
    void ring() noexcept;
    void await_posters() noexcept;

    std::unique_ptr<State> state_;
    std::size_t registered_ = 0;  // with the loop's own stop_event_
    bool stopping_ = false;
    Event stop_event_;
};

}  // namespace tocsin::core
