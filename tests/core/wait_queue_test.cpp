// Wait queues on one thread: thresholds, one firing for each arm, replacing, cancelling, sinks that
// call back.
#include <tocsin/core/wait_queue.h>

#include <cstdint>
#include <deque>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <tests/core/does.h>

namespace tocsin::core {
namespace {

constexpr Condition input = Condition::input;
constexpr Condition output = Condition::output;

// An arm that writes its number into a journal, and remembers what it was told.
struct Noted {
    Noted(std::vector<int>& all_entries, int own_number)
        : Noted{all_entries, own_number, static_cast<std::uint64_t>(own_number)} {}
    Noted(std::vector<int>& all_entries, int own_number, std::uint64_t owner)
        : journal{all_entries}, number{own_number}, arm{Sink::bind<&Noted::note>(*this), owner} {}
    void note(Conditions conditions) {
        journal.push_back(number);
        told = conditions;
    }

    std::vector<int>& journal;
    int number;
    Conditions told;
    Arm arm;
};

class WaitQueueTest : public testing::Test {
protected:
    Noted& add(Condition condition, std::int64_t threshold = 1) {
        Noted& noted = arms.emplace_back(journal, static_cast<int>(arms.size()));
        queue.arm(noted.arm, condition, threshold);
        return noted;
    }
    std::vector<int> take_journal() { return std::exchange(journal, {}); }
    void expect_sums_to_hold() const {
        const WaitQueue::Counters sums = queue.counters();
        EXPECT_EQ(sums.armed, sums.fired + sums.cancelled + sums.replaced + sums.armed_now);
    }

    std::vector<int> journal;
    WaitQueue queue;
    std::deque<Noted> arms;
};

constexpr auto none = [] { return 0; };

TEST_F(WaitQueueTest, an_arm_fires_once) {
    Noted& noted = add(input);
    queue.trigger(input);
    queue.trigger(input);
    EXPECT_EQ(take_journal(), (std::vector{0}));
    EXPECT_EQ(noted.told, Conditions{input});
    queue.arm(noted.arm, output);
    queue.trigger(output);
    EXPECT_EQ(noted.told, Conditions{output});
    expect_sums_to_hold();
}

TEST_F(WaitQueueTest, a_trigger_of_another_condition_fires_nothing) {
    add(input);
    queue.trigger(output);
    EXPECT_TRUE(take_journal().empty());
    EXPECT_TRUE(queue.anyone_waits(input, 1));
    EXPECT_FALSE(queue.anyone_waits(output, INT64_MAX));
}

TEST_F(WaitQueueTest, an_arm_whose_condition_is_met_is_told_so_and_not_armed) {
    Noted noted{journal, 1};
    EXPECT_EQ(queue.arm(noted.arm, input, 5, [] { return 5; }), Armed::met);
    EXPECT_FALSE(queue.is_armed(noted.arm));
    EXPECT_EQ(queue.arm(noted.arm, input, 5, [] { return 4; }), Armed::waiting);
    EXPECT_TRUE(queue.is_armed(noted.arm));
    queue.trigger(input, 4);
    EXPECT_TRUE(take_journal().empty());
    queue.trigger(input, 5);
    EXPECT_EQ(take_journal(), (std::vector{1}));
    expect_sums_to_hold();
}

TEST_F(WaitQueueTest, a_threshold_below_one_is_one) {
    Noted noted{journal, 1};
    EXPECT_EQ(queue.arm(noted.arm, input, 0, none), Armed::waiting);
    EXPECT_EQ(noted.arm.threshold(), 1);
    EXPECT_EQ(queue.arm(noted.arm, input, INT64_MIN, [] { return 1; }), Armed::met);
}

TEST_F(WaitQueueTest, a_trigger_while_the_arm_looks_is_reported_as_fired) {
    Noted noted{journal, 1};
    EXPECT_EQ(queue.arm(noted.arm, input, 1,
                        [this] {
                            queue.trigger(input, 1);
                            return 1;
                        }),
              Armed::fired);
    EXPECT_EQ(take_journal(), (std::vector{1}));
    EXPECT_FALSE(queue.is_armed(noted.arm));
}

TEST_F(WaitQueueTest, those_that_reach_their_threshold_fire_in_the_order_of_arming) {
    for (const std::int64_t threshold : {5, 1, 9, 3, 5, 10, 1}) {
        add(input, threshold);
    }
    queue.trigger(input, 5);
    EXPECT_EQ(take_journal(), (std::vector{0, 1, 3, 4, 6}));
    queue.trigger(input, 8);
    EXPECT_TRUE(take_journal().empty());
    queue.trigger(input, 10);
    EXPECT_EQ(take_journal(), (std::vector{2, 5}));
    expect_sums_to_hold();
}

TEST_F(WaitQueueTest, arming_again_replaces_and_counts_as_armed_now) {
    Noted& first = add(input, 5);
    add(input, 5);
    queue.arm(first.arm, input, 2);
    queue.trigger(input, 3);
    EXPECT_EQ(take_journal(), (std::vector{0}));
    queue.arm(first.arm, input, 5);
    queue.arm(first.arm, output, 1);
    queue.trigger(input, 9);
    EXPECT_EQ(take_journal(), (std::vector{1}));
    queue.trigger(output);
    EXPECT_EQ(take_journal(), (std::vector{0}));
    EXPECT_EQ(queue.counters().replaced, 2U);
    expect_sums_to_hold();
}

// The second request for the arm is made while the first one looks, as by two threads of a client.
TEST_F(WaitQueueTest, a_request_that_is_met_does_not_take_back_one_that_replaced_it) {
    Noted noted{journal, 1};
    Armed second = Armed::met;
    const Armed first = queue.arm(noted.arm, input, 1, [&] {
        second = queue.arm(noted.arm, input, 5, [] { return 1; });
        return 1;
    });
    EXPECT_EQ(first, Armed::met);
    EXPECT_EQ(second, Armed::waiting);
    queue.trigger(input, 5);
    EXPECT_EQ(take_journal(), (std::vector{1})) << "the second request was lost";
    expect_sums_to_hold();
}

TEST_F(WaitQueueTest, a_request_that_was_replaced_and_taken_back_is_not_called_fired) {
    Noted noted{journal, 1};
    const Armed first = queue.arm(noted.arm, input, 1, [&] {
        EXPECT_EQ(queue.arm(noted.arm, input, 1, [] { return 1; }), Armed::met);
        return 1;
    });
    EXPECT_EQ(first, Armed::met) << "nobody has called the sink";
    const Armed cancelled = queue.arm(noted.arm, input, 1, [&] {
        EXPECT_TRUE(queue.cancel(noted.arm));
        return 1;
    });
    EXPECT_EQ(cancelled, Armed::met) << "nobody has called the sink";
    EXPECT_TRUE(take_journal().empty());
}

TEST_F(WaitQueueTest, a_sink_that_arms_again_while_the_arm_looks_stays_armed) {
    int fired = 0;
    Arm arm;
    Does<Conditions> arm_again{[&](Conditions) {
        ++fired;
        queue.arm(arm, input);
    }};
    arm.set_sink(arm_again, 1);
    EXPECT_EQ(queue.arm(arm, input, 1,
                        [this] {
                            queue.trigger(input);
                            return 1;
                        }),
              Armed::fired);
    EXPECT_EQ(fired, 1);
    EXPECT_TRUE(queue.is_armed(arm));
    queue.cancel(arm);
    expect_sums_to_hold();
}

// Arming again began to count anew, as for an arm that comes from another queue: the answer was
// met.
TEST_F(WaitQueueTest, a_request_whose_sink_was_called_is_fired_also_when_the_arm_is_armed_again) {
    Noted noted{journal, 1};
    EXPECT_EQ(queue.arm(noted.arm, input, 1,
                        [&] {
                            queue.trigger(input);
                            queue.arm(noted.arm, input, 5);
                            return 1;
                        }),
              Armed::fired);
    EXPECT_EQ(take_journal(), (std::vector{1}));
    EXPECT_TRUE(queue.is_armed(noted.arm)) << "the second request was taken back";
    queue.trigger(input, 5);
    EXPECT_EQ(take_journal(), (std::vector{1}));
    expect_sums_to_hold();
}

TEST_F(WaitQueueTest, a_look_that_throws_leaves_nothing_armed) {
    Noted noted{journal, 1};
    const auto look = []() -> int { throw std::runtime_error{"no look"}; };
    EXPECT_THROW(static_cast<void>(queue.arm(noted.arm, input, 1, look)), std::runtime_error);
    EXPECT_FALSE(queue.is_armed(noted.arm));
    queue.trigger(input);
    EXPECT_TRUE(take_journal().empty());
    EXPECT_EQ(queue.counters().cancelled, 1U);
    expect_sums_to_hold();
}

TEST_F(WaitQueueTest, what_an_arm_did_in_another_queue_does_not_count) {
    Noted noted{journal, 1};
    for (int round = 0; round < 10; ++round) {
        queue.arm(noted.arm, input);
        queue.trigger(input);
    }
    WaitQueue other;
    EXPECT_EQ(other.arm(noted.arm, input, 1, [] { return 1; }), Armed::met);
    EXPECT_EQ(other.arm(noted.arm, input, 1, none), Armed::waiting);
    other.trigger(input);
    EXPECT_EQ(take_journal().size(), 11U);
}

TEST_F(WaitQueueTest, a_cancelled_arm_does_not_fire) {
    Noted& noted = add(input);
    EXPECT_TRUE(queue.cancel(noted.arm));
    EXPECT_FALSE(queue.cancel(noted.arm));
    queue.trigger(input);
    EXPECT_TRUE(take_journal().empty());
    Arm never_armed;
    EXPECT_FALSE(queue.cancel(never_armed));
    expect_sums_to_hold();
}

TEST_F(WaitQueueTest, cancelling_by_owner_takes_back_its_arms_and_no_others) {
    std::deque<Arm> of_one;
    for (const Condition condition : {input, output, input}) {
        queue.arm(of_one.emplace_back(Sink{}, 77), condition, 3);
    }
    add(input);
    add(output);
    EXPECT_EQ(queue.cancel_all(77), 3U);
    EXPECT_EQ(queue.cancel_all(77), 0U);
    queue.trigger(input);
    queue.trigger(output);
    EXPECT_EQ(take_journal(), (std::vector{0, 1}));
    EXPECT_EQ(queue.counters().cancelled, 3U);
    expect_sums_to_hold();
}

TEST_F(WaitQueueTest, a_sink_may_arm_its_arm_again_and_is_not_fired_by_the_same_trigger) {
    int fired = 0;
    Arm arm;
    Does<Conditions> arm_again{[&](Conditions) {
        ++fired;
        queue.arm(arm, input);
    }};
    arm.set_sink(arm_again, 1);
    queue.arm(arm, input);
    queue.trigger(input);
    EXPECT_EQ(fired, 1);
    queue.trigger(input);
    EXPECT_EQ(fired, 2);
    EXPECT_TRUE(queue.cancel(arm));
}

TEST_F(WaitQueueTest, a_sink_may_cancel_and_free_others_of_the_same_trigger) {
    auto freed = std::make_unique<Noted>(journal, 7);
    Noted cancelled{journal, 8};
    Does<Conditions> interfere{[&](Conditions) {
        freed.reset();
        EXPECT_TRUE(queue.cancel(cancelled.arm));
    }};
    Arm first{interfere};
    queue.arm(first, input);
    queue.arm(freed->arm, input);
    queue.arm(cancelled.arm, input);
    Noted& last = add(input);
    queue.trigger(input);
    EXPECT_EQ(take_journal(), (std::vector{last.number}));
    expect_sums_to_hold();
}

TEST_F(WaitQueueTest, a_sink_may_free_its_own_arm) {
    std::optional<Arm> arm;
    Does<Conditions> free{[&arm](Conditions) { arm.reset(); }};
    arm.emplace(free);
    queue.arm(*arm, input);
    queue.trigger(input);
    EXPECT_FALSE(arm.has_value());
    expect_sums_to_hold();
}

TEST_F(WaitQueueTest, a_sink_may_trigger_the_same_queue) {
    Noted& other = add(output);
    Does<Conditions> trigger{[this](Conditions) { queue.trigger(output); }};
    Arm first{trigger};
    queue.arm(first, input);
    queue.trigger(input);
    EXPECT_EQ(take_journal(), (std::vector{other.number}));
}

TEST_F(WaitQueueTest, one_owner_can_be_triggered_alone_whatever_its_thresholds) {
    add(input, 100);
    add(input, 1);
    add(output, 7);
    queue.trigger_all(0, input | output);
    EXPECT_EQ(take_journal(), (std::vector{0}));
    queue.trigger_all(2, input);
    EXPECT_TRUE(take_journal().empty());
    queue.trigger_all(2, input | output);
    EXPECT_EQ(take_journal(), (std::vector{2}));
    EXPECT_EQ(arms[2].told, Conditions{output});
    expect_sums_to_hold();
}

TEST_F(WaitQueueTest, those_of_one_owner_fire_in_the_order_of_arming) {
    constexpr std::uint64_t owner = 77;
    Noted first{journal, 1, owner};
    Noted second{journal, 2, owner};
    Noted third{journal, 3, owner};
    queue.arm(first.arm, output, 9);
    queue.arm(second.arm, input, 5);
    queue.arm(third.arm, input, 1);
    queue.trigger_all(owner, input | output);
    EXPECT_EQ(take_journal(), (std::vector{1, 2, 3}));
}

TEST_F(WaitQueueTest, closing_hangs_up_on_all_in_the_order_of_arming_and_on_those_who_come_later) {
    add(output, 3);
    add(input, 9);
    add(output, 1);
    queue.close();
    EXPECT_EQ(take_journal(), (std::vector{0, 1, 2}));
    EXPECT_EQ(arms[1].told, Conditions{Condition::hang_up});
    Noted late{journal, 5};
    EXPECT_EQ(queue.arm(late.arm, input, 1, none), Armed::fired);
    EXPECT_EQ(late.told, Conditions{Condition::hang_up});
    EXPECT_FALSE(queue.arm(late.arm, input));
    EXPECT_EQ(take_journal(), (std::vector{5, 5}));
    queue.close();
    EXPECT_TRUE(take_journal().empty());
    expect_sums_to_hold();
}

TEST_F(WaitQueueTest, destroying_it_hangs_up) {
    std::optional<WaitQueue> own;
    own.emplace();
    Noted noted{journal, 3};
    own->arm(noted.arm, input);
    own.reset();
    EXPECT_EQ(noted.told, Conditions{Condition::hang_up});
}

TEST_F(WaitQueueTest, every_arm_can_be_visited) {
    add(input, 4);
    add(output, 5);
    std::int64_t thresholds = 0;
    queue.for_each([&thresholds](const Arm& arm) { thresholds += arm.threshold(); });
    EXPECT_EQ(thresholds, 9);
}

TEST_F(WaitQueueTest, the_counters_add_up) {
    Noted& replaced = add(input, 9);
    Noted& cancelled = add(input, 9);
    add(input);
    add(output);
    queue.arm(replaced.arm, input, 8);
    queue.cancel(cancelled.arm);
    queue.trigger(input, 1);
    const WaitQueue::Counters sums = queue.counters();
    EXPECT_EQ(sums.armed, 5U);
    EXPECT_EQ(sums.replaced, 1U);
    EXPECT_EQ(sums.cancelled, 1U);
    EXPECT_EQ(sums.fired, 1U);
    EXPECT_EQ(sums.armed_now, 2U);
}

}  // namespace
}  // namespace tocsin::core
