// Keeps threads that race on different processors, so that they do race. For tests.
#pragma once

#include <cstddef>
#include <pthread.h>
#include <sched.h>

namespace tocsin::core {

// As long as it lives the calling thread stays on one of the processors that it may use: those with
// the same `number`, counted round, share one. Threads that it starts meanwhile stay there, too.
class OnProcessor {
public:
    explicit OnProcessor(int number) noexcept {
        ::pthread_getaffinity_np(::pthread_self(), sizeof before_, &before_);
        const int wanted = number % (CPU_COUNT(&before_) > 0 ? CPU_COUNT(&before_) : 1);
        int seen = 0;
        for (std::size_t processor = 0; processor < CPU_SETSIZE; ++processor) {
            if (CPU_ISSET(processor, &before_) && seen++ == wanted) {
                cpu_set_t one;
                CPU_ZERO(&one);
                CPU_SET(processor, &one);
                ::pthread_setaffinity_np(::pthread_self(), sizeof one, &one);
            }
        }
    }
    OnProcessor(const OnProcessor&) = delete;
    OnProcessor& operator=(const OnProcessor&) = delete;
    ~OnProcessor() { ::pthread_setaffinity_np(::pthread_self(), sizeof before_, &before_); }

private:
    cpu_set_t before_{};
};

}  // namespace tocsin::core
