// Signals of the calling thread, put off. Private to tocsin/qnx.
#pragma once

#include <csignal>

namespace tocsin::qnx {

// For a thread that sends its own process a signal while it holds a lock: a handler that ran in it
// at once might want that lock, too.
class SignalsHeld {
public:
    SignalsHeld() noexcept = default;
    ~SignalsHeld() {
        if (held_) {
            ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
        }
    }
    SignalsHeld(const SignalsHeld&) = delete;
    SignalsHeld& operator=(const SignalsHeld&) = delete;

    // From now on.
    void hold() noexcept {
        if (!held_) {
            ::sigset_t all;
            ::sigfillset(&all);
            held_ = ::pthread_sigmask(SIG_SETMASK, &all, &before_) == 0;
        }
    }

private:
    bool held_ = false;
    ::sigset_t before_ = {};
};

}  // namespace tocsin::qnx
