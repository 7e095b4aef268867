// The heap of arms gives what a sorted list would give.
#include <tocsin/core/arm_heap.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <gtest/gtest.h>
#include <random>
#include <vector>

#include <tests/core/processor_time.h>
#include <tests/core/sanitized.h>
#include <tocsin/core/wait_queue.h>

namespace tocsin::core {
namespace {

// A heap and a sorted list of the same arms. Only a queue gives an arm its threshold and its place
// in the order of arming, so each goes through one first.
class Comparison {
public:
    void add(std::int64_t threshold) {
        Arm& arm = arms_.emplace_back();
        source_.arm(arm, Condition::input, threshold);
        source_.cancel(arm);
        heap_.add(arm);
        const auto place = std::ranges::upper_bound(sorted_, threshold, {},
                                                    [](Arm* one) { return one->threshold(); });
        sorted_.insert(place, &arm);
    }
    void remove(std::size_t place) {
        heap_.remove(*sorted_.at(place));
        sorted_.erase(sorted_.begin() + static_cast<std::ptrdiff_t>(place));
    }
    void check() const {
        ASSERT_EQ(heap_.first(), sorted_.empty() ? nullptr : sorted_.front());
        std::vector<Arm*> visited;
        heap_.for_each([&visited](Arm& arm) { visited.push_back(&arm); });
        std::vector<Arm*> expected = sorted_;
        std::ranges::sort(visited);
        std::ranges::sort(expected);
        ASSERT_EQ(visited, expected);
    }
    [[nodiscard]] std::size_t size() const { return sorted_.size(); }

private:
    WaitQueue source_;
    std::deque<Arm> arms_;
    ArmHeap heap_;
    std::vector<Arm*> sorted_;
};

void compare_at_random(std::uint32_t seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random{seed};
    Comparison comparison;
    for (int step = 0; step < 200 && !testing::Test::HasFatalFailure(); ++step) {
        if (comparison.size() == 0 || random() % 5 < 3) {
            comparison.add(1 + static_cast<std::int64_t>(random() % 20));
        } else {
            comparison.remove(random() % 3 == 0 ? 0 : random() % comparison.size());
        }
        comparison.check();
    }
    while (comparison.size() > 0 && !testing::Test::HasFatalFailure()) {
        comparison.remove(0);
        comparison.check();
    }
}

TEST(ArmHeap, gives_what_a_sorted_list_gives) {
    const std::uint32_t seed = std::random_device{}();
    for (std::int64_t run = 0; run < rounds_or(300, 30) && !HasFailure(); ++run) {
        compare_at_random(seed + static_cast<std::uint32_t>(run));
    }
}

// A pairing heap melds all of them then: it is cheap on the average only, and a queue does it under
// its lock.
TEST(ArmHeap, the_first_that_is_taken_out_does_not_pay_for_all_that_are_in) {
    constexpr int count = 100'000;
    WaitQueue source;
    std::deque<Arm> arms;
    for (int number = 0; number < count; ++number) {
        source.arm(arms.emplace_back(), Condition::input, 1 + number);
    }
    source.close();
    ArmHeap heap;
    const auto adding = processor_time_of([&] {
        for (Arm& arm : arms) {
            heap.add(arm);
        }
    });
    const auto taking_out = processor_time_of([&] { heap.remove(arms.front()); });
    EXPECT_LT(taking_out, adding / 10);
    EXPECT_EQ(heap.first(), &arms[1]);
}

// A heap as deep as a list: nothing here calls itself.
TEST(ArmHeap, a_hundred_thousand_arms_of_falling_thresholds_do_not_exhaust_the_stack) {
    constexpr int count = 100'000;
    WaitQueue source;
    std::deque<Arm> arms;
    ArmHeap heap;
    for (int number = 0; number < count; ++number) {
        Arm& arm = arms.emplace_back();
        source.arm(arm, Condition::input, count - number);
        source.cancel(arm);
        heap.add(arm);
    }
    int visited = 0;
    heap.for_each([&visited](Arm&) { ++visited; });
    EXPECT_EQ(visited, count);
    for (std::int64_t threshold = 1; threshold <= count; ++threshold) {
        ASSERT_EQ(heap.first()->threshold(), threshold);
        heap.remove(*heap.first());
    }
    EXPECT_EQ(heap.first(), nullptr);
}

}  // namespace
}  // namespace tocsin::core
