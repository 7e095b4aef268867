// Random deadlines of every kind: near, far, equal, past, and the ends of time. For tests.
#pragma once

#include <array>
#include <cstdint>
#include <random>

#include <tocsin/base/clock.h>

namespace tocsin::core {

// A deadline near or far from `now`, and now and then one of a few that are often chosen.
[[nodiscard]] inline base::Time random_deadline(std::mt19937_64& random, base::Time now) {
    const std::uint64_t kind = random() % 16;
    if (kind == 0) {
        constexpr std::array few{base::Time::max(), base::Time::min(), base::Time{},
                                 base::Time{base::Duration{1}},
                                 base::Time::max() - base::Duration{1}};
        return few.at(random() % few.size());
    }
    // Any number of bits, so that every level of the wheel is used; some of them in the past. Never
    // so far that the sum runs over.
    const std::int64_t bits = static_cast<std::int64_t>(random() >> (2 + random() % 61));
    const std::int64_t at = now.time_since_epoch().count();
    const bool backwards = kind < 4 ? at > INT64_MIN + bits : at > INT64_MAX - bits;
    return now + base::Duration{backwards ? -bits : bits};
}

}  // namespace tocsin::core
