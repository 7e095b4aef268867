// Many times of one thing, as quantiles. Private to bench.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <bench/measure/program.h>

namespace bench {

// The first tenth is left out: there the processors, caches and the scheduler get used to it.
[[nodiscard]] inline Figures quantiles(std::vector<double> samples) {
    samples.erase(samples.begin(),
                  samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 10));
    std::ranges::sort(samples);
    Figures figures;
    for (const char* percent :
         {"1", "5", "10", "20", "30", "40", "50", "60", "70", "80", "90", "95", "99", "99.9"}) {
        const double share = std::stod(percent) / 100;
        const auto place =
            static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1));
        figures.emplace_back(std::string{"p"} + percent, samples[place]);
    }
    return figures;
}

}  // namespace bench
