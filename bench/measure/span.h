// Repeats until a time is over. Private to bench.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <bench/measure/stopwatch.h>

namespace bench {

// Counts what is repeated until a fifth of a second has gone. It looks at the clock the less often
// the faster things go, so that a thing of a few nanoseconds can be measured as well as one of
// milliseconds.
class Span {
public:
    // True from the first thing on that ends after the time.
    [[nodiscard]] bool over() {
        if (++count_ < next_look_) {
            return false;
        }
        elapsed_ = nanoseconds_since(start_);
        const double left = (wanted_ns / std::max(elapsed_, 1.0) - 1) * static_cast<double>(count_);
        if (left <= 0) {
            return true;
        }
        next_look_ +=
            std::clamp<std::int64_t>(static_cast<std::int64_t>(std::min(left, 1e9)), 1, count_);
        return false;
    }

    [[nodiscard]] double ns_for_each() const { return elapsed_ / static_cast<double>(count_); }

private:
    static constexpr double wanted_ns = 200e6;

    Stopwatch::time_point start_ = Stopwatch::now();
    double elapsed_ = 0;
    std::int64_t count_ = 0;
    std::int64_t next_look_ = 1;
};

}  // namespace bench
