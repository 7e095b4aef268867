// What every library is asked to do. Private to bench.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <pthread.h>
#include <sched.h>

namespace bench {

// Called on the owner's thread for each delivery of slot `index`.
struct Handler {
    void (*function)(void* context, std::size_t index);
    void* context;
    void operator()(std::size_t index) const { function(context, index); }
};

// A peer P is a loop of one thread with a number of slots:
//   P(slots, handler)   made on the owner's thread
//   void post(index)    from any thread
//   void run()          on the owner's thread, until stop()
//   void stop()         in a handler
//   static name

using Stopwatch = std::chrono::steady_clock;

[[nodiscard]] inline double nanoseconds_since(Stopwatch::time_point start) {
    return std::chrono::duration<double, std::nano>(Stopwatch::now() - start).count();
}

// Ends the run when something was lost: a fast and wrong figure is worth nothing.
inline void require(bool holds, const char* what) {
    if (!holds) {
        std::fprintf(stderr, "benchmark: wrong result: %s\n", what);
        std::exit(1);
    }
}

// Keeps the calling thread on one processor.
inline void pin_to(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<std::size_t>(processor), &set);
    ::pthread_setaffinity_np(::pthread_self(), sizeof set, &set);
}

}  // namespace bench
