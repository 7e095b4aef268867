// What may be different in a run: one memory order that is weaker, or one bug that was seeded.
#pragma once

#include <atomic>

namespace interleavings {

// The order that stands in the source at place `number`, or a weaker one when that is chosen.
[[nodiscard]] std::memory_order order_at(int number, std::memory_order written) noexcept;

// Whether the code goes the wrong way at the seeded bug `number`.
[[nodiscard]] bool has_bug(int number) noexcept;

void choose_weakening(int number, std::memory_order order) noexcept;
void choose_bug(int number) noexcept;

// Whether the weaker order was used at all, when one was chosen.
[[nodiscard]] bool weakening_was_met() noexcept;

}  // namespace interleavings
