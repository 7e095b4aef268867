// Timers: iv_timer(3). Private to tocsin/ivykis.
#include <cstddef>
#include <new>

#include <iv.h>

#include <tocsin/core/timer.h>
#include <tocsin/ivykis/fatal.h>
#include <tocsin/ivykis/thread_loop.h>

namespace {

using tocsin::base::Callback;
using tocsin::core::Timer;
using tocsin::ivykis::require;
using tocsin::ivykis::ThreadLoop;

// The core's timer begins with the cookie and the handler, and ends where the struct does.
static_assert(offsetof(iv_timer, cookie) + sizeof(Timer) == sizeof(iv_timer));

void* place_in(iv_timer& timer) {
    return reinterpret_cast<char*>(&timer) + offsetof(iv_timer, cookie);
}

Timer& slot_of(iv_timer& timer) {
    return *std::launder(static_cast<Timer*>(place_in(timer)));
}

const Timer& slot_of(const iv_timer& timer) {
    return slot_of(const_cast<iv_timer&>(timer));
}

}  // namespace

void IV_TIMER_INIT(iv_timer* timer) {
    ::new (place_in(*timer)) Timer{Callback<>{timer->handler, timer->cookie}};
}

void iv_timer_register(iv_timer* timer) {
    ThreadLoop& loop = ThreadLoop::of_caller("iv_timer_register");
    require(!slot_of(*timer).armed(), "iv_timer_register: the timer is registered already");
    slot_of(*timer).arm(loop.core(), tocsin::ivykis::time_of(timer->expires));
}

void iv_timer_unregister(iv_timer* timer) {
    static_cast<void>(ThreadLoop::of_caller("iv_timer_unregister"));
    require(slot_of(*timer).armed(), "iv_timer_unregister: the timer is not registered");
    slot_of(*timer).cancel();
}

int iv_timer_registered(const iv_timer* timer) {
    return slot_of(*timer).armed() ? 1 : 0;
}
