// The conditions that poll(2) can wait for, and their bits. Private to tocsin/resource.
#pragma once

#include <array>
#include <cstddef>
#include <poll.h>

#include <tocsin/core/conditions.h>

namespace tocsin::resource {

struct PollBits {
    core::Condition condition;
    unsigned bits;
};

inline constexpr std::array<PollBits, 5> poll_table = {{
    {core::Condition::input, POLLIN | POLLRDNORM},
    {core::Condition::output, POLLOUT | POLLWRNORM},
    {core::Condition::out_of_band, POLLPRI | POLLRDBAND},
    {core::Condition::error, POLLERR},
    {core::Condition::hang_up, POLLHUP},
}};

// The place of `condition` in the table, or its size.
[[nodiscard]] constexpr std::size_t place_of(core::Condition condition) noexcept {
    std::size_t place = 0;
    while (place < poll_table.size() && poll_table[place].condition != condition) {
        ++place;
    }
    return place;
}

// What a poll for `bits` waits for: error and hang-up always.
[[nodiscard]] constexpr core::Conditions conditions_of_poll(unsigned bits) noexcept {
    core::Conditions conditions = core::Condition::error | core::Condition::hang_up;
    for (const PollBits& entry : poll_table) {
        if ((bits & entry.bits) != 0) {
            conditions |= entry.condition;
        }
    }
    return conditions;
}

[[nodiscard]] constexpr unsigned poll_bits_of(core::Conditions conditions) noexcept {
    unsigned bits = 0;
    for (const PollBits& entry : poll_table) {
        bits |= conditions.has(entry.condition) ? entry.bits : 0U;
    }
    return bits;
}

}  // namespace tocsin::resource
