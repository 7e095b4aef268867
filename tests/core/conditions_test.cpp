// Sets of conditions.
#include <tocsin/core/conditions.h>

#include <gtest/gtest.h>
#include <vector>

namespace tocsin::core {
namespace {

TEST(Conditions, are_a_set_of_bits) {
    constexpr Conditions both = Condition::input | Condition::error;
    static_assert(both.has(Condition::input));
    static_assert(!both.has(Condition::output));
    static_assert(both.bits() == 0b100001U);
    static_assert((both - Condition::input) == Conditions{Condition::error});
    static_assert((both & Condition::input) == Conditions{Condition::input});
    static_assert(!Conditions{}.any());
    Conditions changing = Condition::output;
    changing |= Condition::hang_up;
    changing -= Condition::output;
    EXPECT_EQ(changing, Conditions{Condition::hang_up});
    changing &= Condition::input;
    EXPECT_FALSE(changing.any());
}

TEST(Conditions, drop_bits_that_no_condition_has) {
    static_assert(Conditions::from_bits(~0U).bits() == 0x7fffU);
    static_assert(Conditions::from_bits(1U << condition_count) == Conditions{});
}

TEST(Conditions, are_visited_lowest_first) {
    std::vector<Condition> visited;
    (Condition::invalid | Condition::input | Condition::error).for_each([&visited](Condition one) {
        visited.push_back(one);
    });
    EXPECT_EQ(visited, (std::vector{Condition::input, Condition::error, Condition::invalid}));
}

}  // namespace
}  // namespace tocsin::core
