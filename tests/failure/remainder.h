// What an operation may leave behind, and must not. For tests.
#pragma once

#include <bitset>
#include <cstdint>
#include <iosfwd>

namespace tocsin::failure {

// What this process has. Blocks of memory are those that were allocated and not freed.
struct Remainder {
    std::int64_t allocations = 0;
    std::int64_t mappings = 0;
    int threads = 0;
    std::bitset<1024> descriptors;  // a set would be an allocation of its own

    [[nodiscard]] static Remainder now();

    // Whether nothing has been added. (A thread that has been joined may still be seen for a
    // moment, so that there are fewer afterwards.)
    [[nodiscard]] bool fits_in(const Remainder& before) const;
};

std::ostream& operator<<(std::ostream& stream, const Remainder& remainder);

// Called by what stands in for allocators and for mmap(2).
void count_allocation(int change) noexcept;
void count_mapping(int change) noexcept;

}  // namespace tocsin::failure
