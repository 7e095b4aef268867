// Events between threads: iv_event(3). Private to tocsin/ivykis.
#include <new>

#include <iv_event.h>

#include <tocsin/core/event.h>
#include <tocsin/ivykis/thread_loop.h>

namespace {

using tocsin::base::Callback;
using tocsin::core::Event;
using tocsin::ivykis::ThreadLoop;

// An iv_event is the core's event.
static_assert(sizeof(Event) == sizeof(iv_event) && alignof(Event) == alignof(iv_event));

Event& slot_of(iv_event& event) {
    return *std::launder(reinterpret_cast<Event*>(&event));
}

}  // namespace

int iv_event_register(iv_event* event) {
    ThreadLoop& loop = ThreadLoop::of_caller("iv_event_register");
    // IV_EVENT_INIT() does nothing in programs that exist, so the memory may hold anything.
    ::new (event) Event{Callback<>{event->handler, event->cookie}};
    slot_of(*event).register_with(loop.core());
    return 0;
}

void iv_event_unregister(iv_event* event) {
    static_cast<void>(ThreadLoop::of_caller("iv_event_unregister"));
    slot_of(*event).unregister();
}

void iv_event_post(iv_event* event) {
    Event& slot = slot_of(*event);
    ThreadLoop* const loop = ThreadLoop::current();
    if (loop == nullptr || slot.loop() != &loop->core()) {
        slot.post();
        return;
    }
    static_cast<void>(ThreadLoop::of_caller("iv_event_post"));
    slot.post();
    loop->note_own_post();
}
