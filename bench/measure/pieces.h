// The middle one of many pieces. Private to bench.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include <bench/measure/program.h>

namespace bench {

[[nodiscard]] inline double middle_of(std::vector<double> samples) {
    const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
    std::ranges::nth_element(samples, middle);
    return *middle;
}

// Measures so many times, so that a neighbour who takes the processor spoils a piece and not the
// figure; `measure` returns the nanoseconds of one operation.
template <typename Measure>
Figures middle_of_pieces(int pieces, Measure measure) {
    std::vector<double> samples;
    for (int piece = 0; piece < pieces; ++piece) {
        samples.push_back(measure());
    }
    return {{"ns", middle_of(std::move(samples))}};
}

}  // namespace bench
