// Counts what a thread allocates, and lets it run out of memory. For tests.
#pragma once

#include <cstdint>
#include <utility>

namespace tocsin::core {

// How often the calling thread has allocated so far: by malloc and its kin, or under a sanitizer,
// which has a malloc of its own, by operator new.
[[nodiscard]] std::int64_t allocation_count() noexcept;

// How often `work()` allocates, on the calling thread.
template <typename Work>
[[nodiscard]] std::int64_t allocations_of(Work&& work) {
    const std::int64_t before = allocation_count();
    work();
    return allocation_count() - before;
}

// As long as it lives the calling thread may allocate `left` more times; then memory is short.
class FewAllocations {
public:
    explicit FewAllocations(std::int64_t left) noexcept;
    FewAllocations(const FewAllocations&) = delete;
    FewAllocations& operator=(const FewAllocations&) = delete;
    ~FewAllocations();
};

}  // namespace tocsin::core
