// Events from signal handlers and other processes: iv_event_raw(3). Private to tocsin/ivykis.
#include <cerrno>
#include <new>

#include <iv_event_raw.h>

#include <tocsin/core/raw_event.h>
#include <tocsin/ivykis/thread_loop.h>

namespace {

using tocsin::base::Callback;
using tocsin::core::RawEvent;
using tocsin::ivykis::ThreadLoop;

// The core's raw event begins with the cookie and the handler.
static_assert(sizeof(RawEvent) <= sizeof(iv_event_raw));

RawEvent& slot_of(iv_event_raw& event) {
    return *std::launder(reinterpret_cast<RawEvent*>(&event));
}

}  // namespace

int iv_event_raw_register(iv_event_raw* event) {
    ThreadLoop& loop = ThreadLoop::of_caller("iv_event_raw_register");
    // IV_EVENT_RAW_INIT() does nothing in programs that exist, so the memory may hold anything.
    ::new (event) RawEvent{Callback<>{event->handler, event->cookie}};
    if (const std::error_code error = slot_of(*event).register_with(loop.core())) {
        errno = error.value();
        return -1;
    }
    return 0;
}

void iv_event_raw_unregister(iv_event_raw* event) {
    static_cast<void>(ThreadLoop::of_caller("iv_event_raw_unregister"));
    slot_of(*event).unregister();
}

void iv_event_raw_post(const iv_event_raw* event) {
    std::launder(reinterpret_cast<const RawEvent*>(event))->post();
}
