// No cancellation for a while. Public.
#pragma once

#include <pthread.h>

namespace tocsin::base {

// While it lives the calling thread is not cancelled: for calls of the kernel that POSIX has
// threads cancelled in, where they only take a moment.
class Uncancelled {
public:
    Uncancelled() noexcept { ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
    ~Uncancelled() { ::pthread_setcancelstate(before_, nullptr); }
    Uncancelled(const Uncancelled&) = delete;
    Uncancelled& operator=(const Uncancelled&) = delete;

private:
    int before_ = 0;
};

}  // namespace tocsin::base
