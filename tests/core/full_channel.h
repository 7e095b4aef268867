// Fills the channel of a raw event. For tests.
#pragma once

#include <cstdint>
#include <unistd.h>

#include <tocsin/core/wake_channel.h>

namespace tocsin::core {

// Writes to `descriptor`, the posting side of a channel, until no post fits any more.
inline void fill(int descriptor) {
    if (medium_of(descriptor) == WakeMedium::eventfd) {
        const std::uint64_t all_that_fits = UINT64_MAX - 1;
        [[maybe_unused]] const ssize_t put =
            ::write(descriptor, &all_that_fits, sizeof all_that_fits);
        return;
    }
    while (::write(descriptor, "x", 1) == 1) {
    }
}

}  // namespace tocsin::core
