// An event: posted from any thread, handled on its loop's thread. Public.
#pragma once

#include <cstdint>

#include <tocsin/base/atomic.h>
#include <tocsin/base/callback.h>

namespace tocsin::core {

class Loop;

// A slot that any thread can post, and whose handler runs on the thread of the loop it is
// registered with.
//
//              register_with()            post()
//   idle ------------------------> armed --------> pending --+
//     ^                            ^ |                       | the loop delivers: the slot is
//     +----------- unregister() ---|-+                       | armed again before its handler
//                                  +-------------------------+ is called
//
// Posts that arrive while it is pending are merged into the delivery to come. Events of one loop
// are delivered in the order in which they became pending, one turn at most after the post.
// What a thread wrote before post() is seen by a handler run that follows.
//
// The caller owns the object. It takes 40 bytes, no descriptor, and never allocates. Its handler
// may unregister it and free it, and so may any other handler of the same loop.
class Event {
public:
    // An idle event whose handler does nothing.
    Event() noexcept = default;

    // An idle event. `handler` is copied.
    explicit Event(base::Callback<> handler) noexcept : handler_{handler} {}

    // An event that is registered with `loop`, as by register_with().
    Event(Loop& loop, base::Callback<> handler) noexcept;

    // Unregisters it. On the loop's thread while it is registered.
    ~Event();

    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    // Replaces the handler; a delivery to come calls the new one. On the loop's thread while it is
    // registered.
    void set_handler(base::Callback<> handler) noexcept { handler_ = handler; }

    // Arms it: from now on posts are delivered on `loop`, which has to outlive the registration. On
    // the loop's thread. It needs nothing, so it cannot fail; registering twice stops the program.
    void register_with(Loop& loop) noexcept;

    // Disarms it: once this has returned the handler is not called any more and the memory may be
    // freed; a post that was pending is dropped. On the loop's thread, also inside any handler.
    // Does nothing when it is not registered. No other thread and no signal handler may post it
    // meanwhile or later, unless it is registered again; one whose post has been delivered or
    // merged may still be on its way out of post().
    void unregister() noexcept;

    [[nodiscard]] bool registered() const noexcept { return loop_ != nullptr; }

    // The loop that it is registered with, or nullptr.
    [[nodiscard]] const Loop* loop() const noexcept { return loop_; }

    // Whether it is pending: a hint where other threads post it.
    [[nodiscard]] bool pending() const noexcept {
        return (state_.load(std::memory_order_relaxed) & pending_flag) != 0;
    }

    // Makes it pending; does nothing when it is pending already, or not registered. Any thread,
    // also in a signal handler. Never blocks, never allocates, never fails, keeps errno; costs one
    // system call when the loop sleeps and none otherwise. As soon as the handler can run, this
    // call touches neither the event nor anything that the handler may free; the loop waits for it
    // before it goes.
    void post() noexcept;

private:
    friend class RawEvent;
    friend class ReadyQueue;

    // The flag that says "pending" is the lowest bit of a word whose other bits are the ready
    // queue's link to the event before this one.
    static constexpr std::uintptr_t pending_flag = 1;

    base::Callback<> handler_;
    base::Shared<Loop*> loop_{nullptr};
    base::Atomic<std::uintptr_t> state_{0};
    base::Shared<Event*> next_{nullptr};
};

static_assert(sizeof(Event) == 5 * sizeof(void*), "an event is five words");

}  // namespace tocsin::core
