// The leftist heap of arms. Private to tocsin/core.
#include <tocsin/core/arm_heap.h>

#include <utility>

namespace tocsin::core {

bool ArmHeap::precedes(const Arm& left, const Arm& right) noexcept {
    return left.threshold_ != right.threshold_ ? left.threshold_ < right.threshold_
                                               : left.sequence_ < right.sequence_;
}

// Puts the side with the shorter way down on the right, and counts that way anew.
void ArmHeap::straighten(Arm& arm) noexcept {
    const auto rank_of = [](const Arm* below) { return below == nullptr ? 0 : below->rank_; };
    if (rank_of(arm.left_) < rank_of(arm.right_)) {
        std::swap(arm.left_, arm.right_);
    }
    arm.rank_ = static_cast<std::uint8_t>(rank_of(arm.right_) + 1);
}

// Makes one heap of two, whose right ways down it merges by order.
Arm* ArmHeap::meld(Arm* one, Arm* other) noexcept {
    Arm* root = nullptr;
    Arm* above = nullptr;
    Arm** place = &root;
    while (one != nullptr && other != nullptr) {
        if (precedes(*other, *one)) {
            std::swap(one, other);
        }
        *place = one;
        one->above_ = std::exchange(above, one);
        place = &one->right_;
        one = one->right_;
    }
    *place = one == nullptr ? other : one;
    if (*place != nullptr) {
        (*place)->above_ = above;
    }
    for (; above != nullptr; above = above->above_) {
        straighten(*above);
    }
    return root;
}

void ArmHeap::add(Arm& arm) noexcept {
    arm.left_ = arm.right_ = nullptr;
    arm.rank_ = 1;
    root_ = meld(root_, &arm);
}

void ArmHeap::remove(Arm& arm) noexcept {
    Arm* const above = arm.above_;
    Arm* const below = meld(arm.left_, arm.right_);
    Arm*& place = above == nullptr ? root_ : above->left_ == &arm ? above->left_ : above->right_;
    place = below;
    if (below != nullptr) {
        below->above_ = above;
    }
    // Ranks change up to the first arm whose other side was the shorter one anyway; each that does
    // is greater by one than that below it, so there are few.
    for (Arm* changed = above; changed != nullptr; changed = changed->above_) {
        const std::uint8_t rank = changed->rank_;
        straighten(*changed);
        if (changed->rank_ == rank) {
            break;
        }
    }
}

// The next one of a walk that takes the arms below first, those on the left before those on the
// right; where there is none on the left there is none at all.
Arm* ArmHeap::after(const Arm& arm) noexcept {
    if (arm.left_ != nullptr) {
        return arm.left_;
    }
    const Arm* at = &arm;
    while (at->above_ != nullptr && (at->above_->right_ == at || at->above_->right_ == nullptr)) {
        at = at->above_;
    }
    return at->above_ == nullptr ? nullptr : at->above_->right_;
}

}  // namespace tocsin::core
