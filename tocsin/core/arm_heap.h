// The arms of one condition, lowest threshold first. Private to tocsin/core; installed.
#pragma once

#include <cstdint>

#include <tocsin/core/arm.h>

namespace tocsin::core {

// A leftist heap by (threshold, order of arming) whose links live in the arms: below each arm the
// shortest way down is the one that keeps right, so it passes at most a logarithm of them all.
// Adding and taking out any arm walk such ways only: O(log n), also at worst. Nothing allocates. It
// owns no arm. Not thread-safe.
class ArmHeap {
public:
    ArmHeap() noexcept = default;
    ArmHeap(const ArmHeap&) = delete;
    ArmHeap& operator=(const ArmHeap&) = delete;

    // The arm with the lowest threshold, of equal ones the oldest; nullptr when there is none.
    [[nodiscard]] Arm* first() const noexcept { return root_; }

    // Adds `arm`, which is in no heap.
    void add(Arm& arm) noexcept;

    // Takes out `arm`, which is in this heap.
    void remove(Arm& arm) noexcept;

    // Calls `visit(arm)` for each, in no useful order; it must not change the heap.
    template <typename Visit>
    void for_each(Visit&& visit) const {
        for (Arm* arm = root_; arm != nullptr; arm = after(*arm)) {
            visit(*arm);
        }
    }

private:
    [[nodiscard]] static bool precedes(const Arm& left, const Arm& right) noexcept;
    [[nodiscard]] static Arm* meld(Arm* one, Arm* other) noexcept;
    [[nodiscard]] static Arm* after(const Arm& arm) noexcept;
    static void straighten(Arm& arm) noexcept;

    Arm* root_ = nullptr;
};

}  // namespace tocsin::core
