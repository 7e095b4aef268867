// delay(). Private to tocsin/qnx.
#include <ctime>
#include <unistd.h>

// A program with a function of this name has its own, and the library does not use this one; hence
// weak.
[[gnu::weak]] unsigned delay(unsigned milliseconds) {
    const ::timespec span = {.tv_sec = milliseconds / 1000,
                             .tv_nsec = static_cast<long>(milliseconds % 1000) * 1'000'000};
    ::timespec left = {};
    if (::clock_nanosleep(CLOCK_MONOTONIC, 0, &span, &left) == 0) {
        return 0;
    }
    // A part of a millisecond that is left is one.
    return static_cast<unsigned>(left.tv_sec * 1000 + (left.tv_nsec + 999'999) / 1'000'000);
}
