// A task: one delivery, as soon as the loop comes round. Public.
#pragma once

#include <cstdint>

#include <tocsin/base/handled.h>
#include <tocsin/base/list.h>

namespace tocsin::core {

class Loop;

// A slot that its loop delivers once, as soon as it comes round: for work that a handler wants done
// after it has returned. Tasks are delivered in the order of scheduling, before the loop waits: one
// that a timer schedules in the same turn, one that any other handler schedules in the next.
//
// The caller owns the object. Nothing allocates. All calls on the loop's thread; to hand work over
// from another thread, post an Event. The handler may free the task.
class Task : private base::Handled<>, private base::Link<> {
public:
    Task() noexcept = default;
    explicit Task(base::Callback<> handler) noexcept : Handled{handler} {}

    // A task that counts as delivered in turn `delivered_in` of its loop, for join_turn().
    Task(base::Callback<> handler, std::uint64_t delivered_in) noexcept
        : Handled{handler}, delivered_in_{delivered_in} {}

    // Cancels it.
    ~Task() { cancel(); }

    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;

    // Replaces the handler; a delivery to come calls the new one.
    void set_handler(base::Callback<> handler) noexcept { handler_ = handler; }

    // Has it delivered by `loop`; does nothing when it is scheduled already.
    void schedule(Loop& loop) noexcept;

    // As schedule(), but inside the handler of a task it is delivered in the same turn, last of
    // all, unless it has been delivered in this turn already: so a turn stays bounded.
    void join_turn(Loop& loop) noexcept;

    // Takes it back: its handler is not called any more, and the memory may be freed. Does nothing
    // when it is not scheduled.
    void cancel() noexcept;

    [[nodiscard]] bool scheduled() const noexcept { return linked(); }

private:
    friend class Loop;
    friend class base::List<Task>;

    Loop* loop_ = nullptr;
    std::uint64_t delivered_in_ = 0;  // which turn of its loop
};

}  // namespace tocsin::core
