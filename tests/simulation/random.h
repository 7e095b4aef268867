// What looks like chance and follows from a seed alone. For the simulation.
#pragma once

#include <cstdint>

namespace tocsin::simulation {

// Splitmix64: the same numbers for the same seed, on every machine.
class Random {
public:
    explicit Random(std::uint64_t seed) noexcept : state_{seed} {}

    // One of 0 ... limit-1.
    [[nodiscard]] std::uint64_t below(std::uint64_t limit) noexcept { return next() % limit; }

    // True once in `times`.
    [[nodiscard]] bool once_in(std::uint64_t times) noexcept { return below(times) == 0; }

private:
    std::uint64_t next() noexcept {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
        return mixed ^ (mixed >> 31U);
    }

    std::uint64_t state_;
};

}  // namespace tocsin::simulation
