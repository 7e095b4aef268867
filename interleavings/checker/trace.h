// The steps of an execution, for who has to understand what went wrong.
#pragma once

#include <atomic>
#include <cstdint>
#include <source_location>

namespace interleavings {

// What a step is about; those of atomic words name a place in the source.
enum class Kind : std::uint8_t { atomic, plain, call };

// One step: what was done to which word, by which order. `age` is how many newer stores there were
// than the one that was read.
struct Step {
    Kind kind = Kind::call;
    const char* what = "";
    std::uint32_t word = 0;
    std::memory_order order = std::memory_order_relaxed;
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    std::size_t age = 0;
    std::source_location where;
};

// Forgets the steps so far.
void clear_trace() noexcept;

// Notes a step of the calling thread.
void note(const Step& step) noexcept;

// Prints the last steps to stdout.
void print_trace() noexcept;

}  // namespace interleavings
