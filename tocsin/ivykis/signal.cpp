// Signals as events of a loop: iv_signal(3). Private to tocsin/ivykis.
#include <cerrno>
#include <cstddef>
#include <new>

#include <iv_signal.h>

#include <tocsin/core/errors.h>
#include <tocsin/core/signal_watch.h>
#include <tocsin/ivykis/fatal.h>
#include <tocsin/ivykis/thread_loop.h>

namespace {

using tocsin::base::Callback;
using tocsin::core::SignalShare;
using tocsin::core::SignalWatch;
using tocsin::ivykis::ThreadLoop;

// The core's watch lies where the members are that belong to the library.
static_assert(offsetof(iv_signal, an) + sizeof(SignalWatch) <= sizeof(iv_signal));

void* place_in(iv_signal& interest) {
    return reinterpret_cast<char*>(&interest) + offsetof(iv_signal, an);
}

SignalWatch& slot_of(iv_signal& interest) {
    return *std::launder(static_cast<SignalWatch*>(place_in(interest)));
}

SignalShare share_of(const iv_signal& interest) {
    return (interest.flags & IV_SIGNAL_FLAG_EXCLUSIVE) != 0 ? SignalShare::exclusive
                                                            : SignalShare::shared;
}

}  // namespace

int iv_signal_register(iv_signal* interest) {
    ThreadLoop& loop = ThreadLoop::of_caller("iv_signal_register");
    if (interest->signum < 0 || interest->signum >= NSIG) {
        errno = EINVAL;
        return -1;
    }
    // IV_SIGNAL_INIT() does nothing in programs that exist, so the memory may hold anything.
    ::new (place_in(*interest))
        SignalWatch{Callback<>{[interest] { interest->handler(interest->cookie); }}};
    slot_of(*interest).set_share(share_of(*interest));
    slot_of(*interest).set_this_thread_only((interest->flags & IV_SIGNAL_FLAG_THIS_THREAD) != 0);
    if (slot_of(*interest).register_with(loop.core(), interest->signum)) {
        iv_fatal("iv_signal_register: signal %d cannot be caught", interest->signum);
    }
    return 0;
}

void iv_signal_unregister(iv_signal* interest) {
    static_cast<void>(ThreadLoop::of_caller("iv_signal_unregister"));
    slot_of(*interest).unregister();
}
