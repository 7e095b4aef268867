// A timer: one delivery at an absolute time. Public.
#pragma once

#include <tocsin/base/clock.h>
#include <tocsin/base/handled.h>
#include <tocsin/base/list.h>

namespace tocsin::core {

class Loop;

// A slot that its loop delivers once, at a deadline or as soon after it as the loop gets to it;
// never before. Timers are delivered in the order of their deadlines, equal ones in the order in
// which they were armed. A timer that a handler arms is delivered in a later turn, also when
// its deadline is past.
//
// The caller owns the object. Arming and cancelling are O(1) and never allocate; a million timers
// at once are fine. All calls on the loop's thread while it is armed. The handler may free it.
class Timer : private base::Handled<>, private base::Link<> {
public:
    Timer() noexcept = default;
    explicit Timer(base::Callback<> handler) noexcept : Handled{handler} {}

    // Cancels it.
    ~Timer() { cancel(); }

    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    // Replaces the handler; a delivery to come calls the new one.
    void set_handler(base::Callback<> handler) noexcept { handler_ = handler; }

    // Arms it for `deadline` on `loop`'s clock; when it is armed already the old deadline is
    // replaced. Any deadline is fine: one in the past is due in the next turn. Cannot fail.
    void arm(Loop& loop, base::Time deadline) noexcept;

    // Disarms it: its handler is not called any more, also not when it was due already, and the
    // memory may be freed. Does nothing when it is not armed.
    void cancel() noexcept;

    [[nodiscard]] bool armed() const noexcept { return linked(); }

    // The deadline that it was last armed for.
    [[nodiscard]] base::Time deadline() const noexcept { return deadline_; }

private:
    friend class Loop;
    friend class TimerWheel;
    friend class base::List<Timer>;

    base::Time deadline_{};
    Loop* loop_ = nullptr;
};

static_assert(sizeof(Timer) == 6 * sizeof(void*), "a timer is six words");

}  // namespace tocsin::core
