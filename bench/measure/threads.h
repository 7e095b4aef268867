// Threads that begin together. Private to bench.
#pragma once

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include <bench/measure/stopwatch.h>

namespace bench {

// Runs `work(number)` in `count` threads; returns the nanoseconds from when all of them are there
// until the last of them is done: neither starting nor joining them is in it.
template <typename Work>
double time_threads(int count, Work work) {
    std::vector<std::thread> threads;
    std::vector<Stopwatch::time_point> ends(static_cast<std::size_t>(count));
    std::atomic<int> missing{count};
    std::atomic<Stopwatch::time_point> start{};
    for (int number = 0; number < count; ++number) {
        threads.emplace_back([&, number] {
            if (missing.fetch_sub(1) == 1) {
                start = Stopwatch::now();
            }
            while (missing.load() > 0) {
                std::this_thread::yield();
            }
            work(number);
            ends[static_cast<std::size_t>(number)] = Stopwatch::now();
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    return std::chrono::duration<double, std::nano>(*std::ranges::max_element(ends) - start.load())
        .count();
}

}  // namespace bench
