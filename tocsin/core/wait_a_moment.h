// How one waits for a thread that is in the middle of something short. Private to tocsin/core.
#pragma once

#include <ctime>
#include <sys/syscall.h>
#include <unistd.h>

namespace tocsin::core {

// Sleeps rather than yields: a thread of lower priority on the same processor has to get on. No
// cancellation point, as nanosleep() of libc is one. Any thread, also in a signal handler; errno
// may change.
inline void wait_a_moment() noexcept {
    const timespec moment{.tv_sec = 0, .tv_nsec = 20'000};
    ::syscall(SYS_nanosleep, &moment, nullptr);
}

}  // namespace tocsin::core
