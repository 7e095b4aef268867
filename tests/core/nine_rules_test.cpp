// The nine rules that hold for every slot, each under the sentence that states it. What threads,
// processes and limits add to them is tested beside each class.
#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <set>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <tests/core/counting_allocator.h>
#include <tests/core/forked.h>
#include <tests/core/open_descriptors.h>
#include <tests/core/slot_kinds.h>
#include <tests/core/system_calls.h>

namespace tocsin::core {
namespace {

template <typename Kind>
class NineRules : public testing::Test {
protected:
    using Slot = typename Kind::Slot;

    std::unique_ptr<Slot> slot_that(std::function<void()> handler) {
        return std::unique_ptr<Slot>{new Slot{home.slot(std::move(handler))}};
    }

    typename Kind::Home home;
};

using Kinds = testing::Types<EventKind, RawEventKind, ArmKind>;
TYPED_TEST_SUITE(NineRules, Kinds, KindNames);

TYPED_TEST(NineRules, rule_1_an_armed_slot_is_delivered_exactly_once_if_it_is_fired) {
    int delivered = 0;
    auto slot = this->home.slot([&delivered] { ++delivered; });
    for (int round = 1; round <= 3; ++round) {
        slot.arm();
        this->home.settle();
        EXPECT_EQ(delivered, round - 1) << "not before it is fired";
        slot.fire();
        this->home.settle();
        this->home.settle();
        EXPECT_EQ(delivered, round);
    }
}

TYPED_TEST(NineRules, rule_1_many_firings_before_the_delivery_are_one_delivery) {
    int delivered = 0;
    auto slot = this->home.slot([&delivered] { ++delivered; });
    slot.arm();
    for (int firing = 0; firing < 100; ++firing) {
        slot.fire();
    }
    this->home.settle();
    EXPECT_EQ(delivered, 1);
}

// The state changes before the arm, before the look, right after it, or after both.
TYPED_TEST(NineRules, rule_2_a_condition_that_comes_true_around_an_arm_is_reported_or_delivered) {
    for (int moment = 0; moment < 4; ++moment) {
        int delivered = 0;
        bool state = false;
        auto slot = this->home.slot([&delivered] { ++delivered; });
        const auto change_at = [&](int now) {
            if (now == moment) {
                state = true;
                slot.fire();
            }
        };
        change_at(0);
        const bool reported = slot.arm_and_look([&] {
            change_at(1);
            const bool seen = state;
            change_at(2);
            return seen;
        });
        change_at(3);
        this->home.settle();
        EXPECT_TRUE(reported || delivered == 1) << "changed at moment " << moment;
        EXPECT_LE(delivered, 1);
    }
}

TYPED_TEST(NineRules, rule_3_a_delivery_is_a_hint_to_look_again_and_carries_no_data) {
    int truth = 0;
    std::vector<int> seen;
    auto slot = this->home.slot([&truth, &seen] { seen.push_back(truth); });
    slot.arm();
    truth = 1;
    slot.fire();
    truth = 2;
    slot.fire();
    this->home.settle();
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_GE(seen[0], 1) << "what it finds is the truth of the moment in which it looks";
}

TYPED_TEST(NineRules, rule_4_after_a_cancel_the_handler_is_not_called_and_the_memory_may_be_freed) {
    int delivered = 0;
    auto cancelled = this->slot_that([&delivered] { ++delivered; });
    cancelled->arm();
    cancelled->cancel();
    cancelled->fire();
    cancelled.reset();
    auto fired = this->slot_that([&delivered] { ++delivered; });
    fired->arm();
    this->home.settle();
    fired.reset();
    this->home.settle();
    EXPECT_EQ(delivered, 0);
}

TYPED_TEST(NineRules, rule_4_also_inside_the_slots_own_handler) {
    int delivered = 0;
    std::unique_ptr<typename TestFixture::Slot> slot;
    slot = this->slot_that([&] {
        ++delivered;
        slot->cancel();
        slot.reset();
    });
    slot->arm();
    slot->fire();
    this->home.settle();
    EXPECT_EQ(delivered, 1);
    EXPECT_EQ(slot, nullptr);
}

TYPED_TEST(NineRules, rule_4_also_inside_any_other_handler) {
    int delivered = 0;
    std::array<std::unique_ptr<typename TestFixture::Slot>, 2> slots;
    for (std::size_t own = 0; own < slots.size(); ++own) {
        slots[own] = this->slot_that([&slots, &delivered, own] {
            ++delivered;
            slots[1 - own].reset();
        });
        slots[own]->arm();
    }
    this->home.fire({slots[0].get(), slots[1].get()});
    this->home.settle();
    EXPECT_EQ(delivered, 1) << "whichever comes first ends the other";
}

TYPED_TEST(NineRules, rule_5_posting_never_allocates_never_fails_and_keeps_errno) {
    int delivered = 0;
    auto slot = this->home.slot([&delivered] { ++delivered; });
    errno = EDOM;
    slot.fire();
    slot.arm();
    errno = EDOM;
    const std::int64_t allocations = allocations_of([&slot] {
        for (int firing = 0; firing < 1000; ++firing) {
            slot.fire();
        }
    });
    EXPECT_EQ(allocations, 0);
    EXPECT_EQ(errno, EDOM);
    this->home.settle();
    EXPECT_EQ(delivered, 1);
}

TYPED_TEST(NineRules, rule_5_posting_costs_at_most_one_system_call) {
    const int calls = count_system_calls([] {
        typename TypeParam::Home own;
        auto slot = own.slot([] {});
        slot.arm();
        mark();
        slot.fire();
        mark();
    });
    EXPECT_GE(calls, 0) << "they could not be counted";
    EXPECT_LE(calls, 1);
}

// Each handler ends all others and makes new ones: nothing that is being walked may notice.
TYPED_TEST(NineRules, rule_6_handlers_run_from_a_queue_and_may_change_everything) {
    std::vector<std::unique_ptr<typename TestFixture::Slot>> slots;
    std::vector<typename TestFixture::Slot*> all;
    int delivered = 0;
    const std::function<void()> change_everything = [&] {
        ++delivered;
        const std::size_t count = slots.size();
        slots.clear();
        for (std::size_t number = 0; number < count; ++number) {
            slots.push_back(this->slot_that([&delivered] { delivered += 1000; }));
            slots.back()->arm();
        }
    };
    for (int number = 0; number < 20; ++number) {
        slots.push_back(this->slot_that(change_everything));
        slots.back()->arm();
        all.push_back(slots.back().get());
    }
    this->home.fire(all);
    this->home.settle();
    EXPECT_EQ(delivered, 1);
}

TYPED_TEST(NineRules, rule_7_one_turn_is_bounded) {
    int delivered = 0;
    std::unique_ptr<typename TestFixture::Slot> slot;
    slot = this->slot_that([&] {
        if (++delivered < 100) {
            slot->fire();
        }
    });
    slot->arm();
    slot->fire();
    int turns = 0;
    for (; this->home.turn(); ++turns) {
        EXPECT_EQ(delivered, turns + 1) << "what a handler posts is delivered in a later turn";
    }
    EXPECT_EQ(delivered, std::max(turns, 1));
}

TYPED_TEST(NineRules, rule_8_running_out_is_an_error_with_nothing_changed) {
    const std::set<int> before = open_descriptors();
    int delivered = 0;
    auto slot = this->home.slot([&delivered] { ++delivered; });
    bool refused = false;
    {
        const FewDescriptors none{0};
        try {
            slot.arm();
        } catch (const std::runtime_error&) {
            refused = true;
        }
    }
    EXPECT_EQ(refused, (std::is_same_v<TypeParam, RawEventKind>)) << "no other needs anything";
    if (refused) {
        EXPECT_EQ(open_descriptors(), before);
    }
    slot.arm();
    slot.fire();
    this->home.settle();
    EXPECT_EQ(delivered, 1);
}

// The other side is a child of fork() that inherits the slot, uses it, and dies.
TYPED_TEST(NineRules, rule_9_no_death_of_either_side_can_hurt_the_other) {
    int delivered = 0;
    auto slot = this->slot_that([&delivered] { ++delivered; });
    slot->arm();
    EXPECT_EQ(in_child([&slot] {
                  slot->fire();
                  slot->cancel();
                  slot.reset();
                  return true;
              }),
              0);
    const bool reached = std::is_same_v<TypeParam, RawEventKind>;
    this->home.settle();
    EXPECT_EQ(delivered, reached ? 1 : 0) << "only a raw event reaches another process";
    slot->fire();
    this->home.settle();
    EXPECT_EQ(delivered, reached ? 2 : 1);
}

}  // namespace
}  // namespace tocsin::core
