// Time, processors, and the end of a measurement that went wrong. Private to bench.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <pthread.h>
#include <sched.h>

namespace bench {

using Stopwatch = std::chrono::steady_clock;

[[nodiscard]] inline double nanoseconds_since(Stopwatch::time_point start) {
    return std::chrono::duration<double, std::nano>(Stopwatch::now() - start).count();
}

// Ends the program when something was lost: a fast and wrong figure is worth nothing.
inline void require(bool holds, const char* what) {
    if (!holds) {
        std::fprintf(stderr, "benchmark: wrong result: %s\n", what);
        std::exit(1);
    }
}

// Keeps the calling thread on one processor; on any for a negative number.
inline void pin_to(int processor) {
    if (processor < 0) {
        return;
    }
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<std::size_t>(processor), &set);
    require(::pthread_setaffinity_np(::pthread_self(), sizeof set, &set) == 0,
            "a processor to be pinned to");
}

}  // namespace bench
