// Threads that begin together. Private to bench.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include <bench/measure/stopwatch.h>

namespace bench {

// Runs `work(number)` in `count` threads; returns the nanoseconds until all are done.
template <typename Work>
double time_threads(int count, Work work) {
    std::vector<std::thread> threads;
    std::atomic<bool> go{false};
    for (int number = 0; number < count; ++number) {
        threads.emplace_back([&, number] {
            go.wait(false);
            work(number);
        });
    }
    const Stopwatch::time_point start = Stopwatch::now();
    go = true;
    go.notify_all();
    for (std::thread& thread : threads) {
        thread.join();
    }
    return nanoseconds_since(start);
}

}  // namespace bench
