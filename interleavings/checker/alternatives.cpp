// Which alternative has been chosen; one at most.
#include <checker/alternatives.h>

namespace interleavings {

namespace {

constexpr int none = -1;

int weakened = none;
std::memory_order weaker = std::memory_order_relaxed;
bool met = false;
int bug = none;

}  // namespace

std::memory_order order_at(int number, std::memory_order written) noexcept {
    if (number != weakened) {
        return written;
    }
    met = true;
    return weaker;
}

bool has_bug(int number) noexcept {
    return number == bug;
}

void choose_weakening(int number, std::memory_order order) noexcept {
    weakened = number;
    weaker = order;
}

void choose_bug(int number) noexcept {
    bug = number;
}

bool weakening_was_met() noexcept {
    return met || weakened == none;
}

}  // namespace interleavings
