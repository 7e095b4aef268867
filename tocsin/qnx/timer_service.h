// Timers whose events the kernel cannot deliver. Private to tocsin/qnx.
#pragma once

#include <ctime>
#include <sys/siginfo.h>

namespace tocsin::qnx {

// Each timer is a descriptor of the kernel's, and the service's thread delivers what is due.
// Functions return 0 or an errno, EINVAL for a number that is no timer's. Any thread.
class TimerService {
public:
    // Numbers of timers here have this bit, and the kernel's have not.
    static constexpr int mark = 0x40000000;

    // Makes a timer for the calling thread and returns its number, or a negative errno.
    [[nodiscard]] static int create(::clockid_t clock, const struct ::sigevent& event) noexcept;

    // Nothing is delivered after this has returned.
    [[nodiscard]] static int remove(int number) noexcept;

    [[nodiscard]] static int set(int number, int flags, const ::itimerspec& value,
                                 ::itimerspec* before) noexcept;
    [[nodiscard]] static int get(int number, ::itimerspec& value) noexcept;

    // How many times it was due beyond the one that was last delivered; or a negative errno.
    [[nodiscard]] static int overrun(int number) noexcept;
};

}  // namespace tocsin::qnx
