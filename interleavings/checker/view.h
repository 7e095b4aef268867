// What a thread of an execution knows of the others.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace interleavings {

inline constexpr std::size_t threads_max = 5;
inline constexpr std::size_t words_max = 64;

// How many steps of each thread have happened before. `clock[t] >= n` says that the n-th step of
// thread t has: it is ordered before by the program, or by what releases and acquires.
using VectorClock = std::array<std::uint32_t, threads_max>;

// Beside the clock, for each word the oldest of its stores that may still be read: no thread reads
// an older value than one that it knows of.
struct View {
    VectorClock clock{};
    std::array<std::uint16_t, words_max> oldest{};

    void join(const View& other) noexcept {
        for (std::size_t thread = 0; thread < threads_max; ++thread) {
            clock[thread] = std::max(clock[thread], other.clock[thread]);
        }
        join_words(other);
    }

    // As when a store has reached everybody, but nothing in the program has been ordered by it.
    void join_words(const View& other) noexcept {
        for (std::size_t word = 0; word < words_max; ++word) {
            oldest[word] = std::max(oldest[word], other.oldest[word]);
        }
    }
};

}  // namespace interleavings
