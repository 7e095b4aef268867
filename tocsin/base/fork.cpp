// Counts forks. Private to tocsin/base.
#include <tocsin/base/fork.h>

#include <atomic>
#include <pthread.h>

namespace tocsin::base {

namespace {

constinit std::atomic<std::uint32_t> generation{0};

void count_fork() noexcept {
    generation.fetch_add(1, std::memory_order_relaxed);
}

// Registered when the library is loaded, before any object of it can exist.
[[maybe_unused]] const int registered = ::pthread_atfork(nullptr, nullptr, &count_fork);

}  // namespace

std::uint32_t fork_generation() noexcept {
    return generation.load(std::memory_order_relaxed);
}

}  // namespace tocsin::base
