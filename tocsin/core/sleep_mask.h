// The signals that a loop lets in while it sleeps. Private to tocsin/core.
#pragma once

#include <csignal>
#include <pthread.h>

namespace tocsin::core {

// What epoll_pwait2(2) and ppoll(2) are given as their mask; it lives from before the call until
// after it. It changes nothing, but for the thread sanitizer.
//
// That one puts the handler of a signal off until its thread makes a call that the sanitizer knows.
// It does not know epoll_pwait2, so a signal just before that call would leave the handler that is
// to end the sleep to wait for the end of the sleep. And where it keeps the signals of a thread is
// made in the first sleep that it knows; gcc 12 loses a signal that comes in that moment. So there
// only the sleep itself lets signals in: each ends it, and its handler has been called when the
// mask is what it was.
class SleepMask {
public:
    SleepMask() noexcept {
        if constexpr (needed) {
            sigset_t all;
            ::sigfillset(&all);
            ::pthread_sigmask(SIG_SETMASK, &all, &of_thread_);
        }
    }
    // Also when the thread is cancelled in its sleep.
    ~SleepMask() {
        if constexpr (needed) {
            ::pthread_sigmask(SIG_SETMASK, &of_thread_, nullptr);
        }
    }
    SleepMask(const SleepMask&) = delete;
    SleepMask& operator=(const SleepMask&) = delete;

    [[nodiscard]] const sigset_t* get() const noexcept { return needed ? &of_thread_ : nullptr; }

private:
#ifdef __SANITIZE_THREAD__
    static constexpr bool needed = true;
#else
    static constexpr bool needed = false;
#endif
    sigset_t of_thread_{};
};

}  // namespace tocsin::core
