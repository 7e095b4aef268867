// The pairing heap of arms. Private to tocsin/core.
#include <tocsin/core/arm_heap.h>

#include <utility>

namespace tocsin::core {

bool ArmHeap::precedes(const Arm& left, const Arm& right) noexcept {
    return left.threshold_ != right.threshold_ ? left.threshold_ < right.threshold_
                                               : left.sequence_ < right.sequence_;
}

// Makes the later of two roots the first child of the earlier one. `before_` of a first child is
// its parent, of any other child the sibling on its left.
Arm* ArmHeap::meld(Arm* left, Arm* right) noexcept {
    if (left == nullptr || right == nullptr) {
        return left == nullptr ? right : left;
    }
    if (precedes(*right, *left)) {
        std::swap(left, right);
    }
    right->sibling_ = left->child_;
    if (left->child_ != nullptr) {
        left->child_->before_ = right;
    }
    right->before_ = left;
    left->child_ = right;
    return left;
}

// Two passes, as pairing heaps want it: neighbours in pairs from the left, then all from the right.
Arm* ArmHeap::meld_siblings(Arm* first) noexcept {
    Arm* pairs = nullptr;
    while (first != nullptr) {
        Arm* const left = first;
        Arm* const right = left->sibling_;
        first = right == nullptr ? nullptr : right->sibling_;
        left->sibling_ = left->before_ = nullptr;
        if (right != nullptr) {
            right->sibling_ = right->before_ = nullptr;
        }
        Arm* const pair = meld(left, right);
        pair->sibling_ = pairs;
        pairs = pair;
    }
    Arm* root = nullptr;
    while (pairs != nullptr) {
        Arm* const next = std::exchange(pairs->sibling_, nullptr);
        root = meld(root, pairs);
        pairs = next;
    }
    return root;
}

void ArmHeap::cut(Arm& arm) noexcept {
    Arm* const before = arm.before_;
    (before->child_ == &arm ? before->child_ : before->sibling_) = arm.sibling_;
    if (arm.sibling_ != nullptr) {
        arm.sibling_->before_ = before;
    }
    arm.sibling_ = nullptr;
}

void ArmHeap::remove(Arm& arm) noexcept {
    const bool is_root = root_ == &arm;
    if (!is_root) {
        cut(arm);
    }
    Arm* const children = meld_siblings(std::exchange(arm.child_, nullptr));
    root_ = is_root ? children : meld(root_, children);
    arm.before_ = nullptr;
}

// The next one of a walk that takes children first.
Arm* ArmHeap::after(const Arm& arm) noexcept {
    if (arm.child_ != nullptr) {
        return arm.child_;
    }
    const Arm* at = &arm;
    while (at != nullptr && at->sibling_ == nullptr) {
        const Arm* below = at;
        do {
            below = at;
            at = at->before_;
        } while (at != nullptr && at->child_ != below);
    }
    return at == nullptr ? nullptr : at->sibling_;
}

}  // namespace tocsin::core
