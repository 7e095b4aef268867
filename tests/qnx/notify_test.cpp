// Shows what each action of io_notify reports, arms and replaces, and what a trigger delivers.
#include <atomic>
#include <cerrno>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include <tests/core/patience.h>
#include <tests/qnx/notify_client.h>

namespace tocsin::qnx {
namespace {

constexpr unsigned input = _NOTIFY_COND_INPUT;
constexpr unsigned output = _NOTIFY_COND_OUTPUT;
constexpr int done = _RESMGR_NPARTS(1);

class Notify : public testing::Test {
protected:
    // Delivered since it was last asked for, by the reasons in the top bits of their values.
    static std::vector<unsigned> reasons(NotifyClient& client) {
        std::vector<unsigned> reasons;
        for (const struct ::sigevent& event : client.take()) {
            reasons.push_back(static_cast<unsigned>(event.sigev_value.sival_int) &
                              _NOTIFY_COND_MASK);
        }
        return reasons;
    }
    using Reasons = std::vector<unsigned>;

    Members<> members;
    NotifyClient client;
};

TEST_F(Notify, pollarm_reports_what_is_met_and_arms_nothing_then) {
    const Told told = client.ask(members, _NOTIFY_ACTION_POLLARM, input | output, output);
    EXPECT_EQ(told.result, done);
    EXPECT_EQ(told.flags, output);
    EXPECT_EQ(told.armed, 0);
    iofunc_notify_trigger(members, INT_MAX, IOFUNC_NOTIFY_INPUT);
    EXPECT_TRUE(client.take().empty());
}

TEST_F(Notify, pollarm_arms_all_that_was_asked_when_nothing_is_met) {
    const Told told = client.ask(members, _NOTIFY_ACTION_POLLARM, input | output, 0);
    EXPECT_EQ(told.result, done);
    EXPECT_EQ(told.flags, 0U);
    EXPECT_EQ(told.armed, 1);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_OUTPUT);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    EXPECT_EQ(reasons(client), (Reasons{output, input}));
}

TEST_F(Notify, what_was_armed_is_delivered_once_and_has_to_be_armed_again) {
    client.ask(members, _NOTIFY_ACTION_POLLARM, input, 0);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    iofunc_notify_trigger(members, 2, IOFUNC_NOTIFY_INPUT);
    EXPECT_EQ(reasons(client), Reasons{input});
    client.ask(members, _NOTIFY_ACTION_POLLARM, input, 0);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    EXPECT_EQ(reasons(client), Reasons{input});
}

TEST_F(Notify, a_condition_that_is_not_named_stays_armed) {
    client.ask(members, _NOTIFY_ACTION_POLLARM, input, 0);
    client.ask(members, _NOTIFY_ACTION_POLLARM, output, 0);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    EXPECT_EQ(reasons(client), Reasons{input});
}

TEST_F(Notify, poll_reports_and_disarms) {
    client.ask(members, _NOTIFY_ACTION_POLLARM, input, 0);
    const Told told = client.ask(members, _NOTIFY_ACTION_POLL, input, 0);
    EXPECT_EQ(told.result, done);
    EXPECT_EQ(told.armed, 0);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    EXPECT_TRUE(client.take().empty());
}

TEST_F(Notify, pollarm_that_reports_removes_what_it_had_armed) {
    client.ask(members, _NOTIFY_ACTION_POLLARM, input, 0);
    EXPECT_EQ(client.ask(members, _NOTIFY_ACTION_POLLARM, input, input).flags, input);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    EXPECT_TRUE(client.take().empty());
}

TEST_F(Notify, tranarm_arms_whatever_is_met_and_reports_nothing) {
    const Told told = client.ask(members, _NOTIFY_ACTION_TRANARM, input, input);
    EXPECT_EQ(told.result, done);
    EXPECT_EQ(told.flags, 0U);
    EXPECT_EQ(told.armed, 1);
    const int many[] = {10, 10, 10};
    NotifyClient patient;
    patient.ask(members, _NOTIFY_ACTION_POLLARM, input, 0, many);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    EXPECT_EQ(reasons(client), Reasons{input}) << "the first data, whatever the threshold";
    EXPECT_TRUE(patient.take().empty());
}

TEST_F(Notify, one_tranarm_at_a_time_and_the_second_is_busy_with_nothing_changed) {
    NotifyClient other;
    client.ask(members, _NOTIFY_ACTION_TRANARM, input, 0);
    other.ask(members, _NOTIFY_ACTION_POLLARM, input, 0);
    EXPECT_EQ(other.ask(members, _NOTIFY_ACTION_TRANARM, input, 0).result, EBUSY);
    EXPECT_EQ(client.ask(members, _NOTIFY_ACTION_TRANARM, input, 0).result, EBUSY);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    EXPECT_EQ(reasons(client), Reasons{input});
    EXPECT_EQ(reasons(other), Reasons{input});
    EXPECT_EQ(other.ask(members, _NOTIFY_ACTION_TRANARM, input, 0).result, done);
}

TEST_F(Notify, none_disarms_its_owner_and_changes_nothing_for_another) {
    client.ask(members, _NOTIFY_ACTION_TRANARM, input, 0);
    NotifyClient other;
    SIGEV_NONE_INIT(&other.event);
    EXPECT_EQ(other.ask(members, _NOTIFY_ACTION_TRANARM, input, 0).result, done);
    EXPECT_EQ(other.ask(members, _NOTIFY_ACTION_POLLARM, input, 0).armed, 0);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    EXPECT_EQ(reasons(client), Reasons{input});

    client.ask(members, _NOTIFY_ACTION_TRANARM, input, 0);
    SIGEV_NONE_INIT(&client.event);
    EXPECT_EQ(client.ask(members, _NOTIFY_ACTION_TRANARM, input, 0).result, done);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    EXPECT_TRUE(client.take().empty());
}

TEST_F(Notify, condarm_arms_and_says_eagain_or_says_that_something_is_met) {
    EXPECT_EQ(client.ask(members, _NOTIFY_ACTION_CONDARM, input, 0).result, EAGAIN);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    EXPECT_EQ(reasons(client), Reasons{input});
    const Told told = client.ask(members, _NOTIFY_ACTION_CONDARM, input, input);
    EXPECT_EQ(told.result, done);
    EXPECT_EQ(told.flags, 0U);
    EXPECT_EQ(told.armed, 0);
}

TEST_F(Notify, edgearm_reports_a_condition_once_until_it_changes_and_arms_the_rest) {
    const Told first = client.ask(members, _NOTIFY_ACTION_EDGEARM, input | output, output);
    EXPECT_EQ(first.flags, output);
    EXPECT_EQ(first.armed, 1);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    EXPECT_EQ(reasons(client), Reasons{input});
    EXPECT_EQ(client.ask(members, _NOTIFY_ACTION_EDGEARM, input | output, input | output).flags,
              input);
    EXPECT_EQ(client.ask(members, _NOTIFY_ACTION_EDGEARM, input | output, input | output).flags,
              0U);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_OUTPUT);
    EXPECT_EQ(reasons(client), Reasons{output});
    EXPECT_EQ(client.ask(members, _NOTIFY_ACTION_EDGEARM, output, output).flags, output);
}

// The CHECK macros trigger only where the member says that somebody waits.
TEST_F(Notify, an_edge_is_told_also_where_the_manager_triggers_by_the_check_macros) {
    const auto more_has_come = [this] {
        if (IOFUNC_NOTIFY_INPUT_CHECK(members.array, 1, 0)) {
            iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
        }
    };
    client.ask(members, _NOTIFY_ACTION_EDGEARM, input, 0);
    more_has_come();
    EXPECT_EQ(reasons(client), Reasons{input});
    EXPECT_EQ(client.ask(members, _NOTIFY_ACTION_EDGEARM, input, input).flags, input);
    // All is taken, and more comes before the client asks again.
    more_has_come();
    EXPECT_EQ(client.ask(members, _NOTIFY_ACTION_EDGEARM, input, input).flags, input);
    iofunc_notify_remove(client.context(), members);
    EXPECT_EQ(members.array[IOFUNC_NOTIFY_INPUT].cnt, INT_MAX);
}

TEST_F(Notify, a_disarmed_list_has_no_edges_to_be_told) {
    EXPECT_EQ(client.ask(members, _NOTIFY_ACTION_EDGEARM, input, input).flags, input);
    EXPECT_EQ(members.array[IOFUNC_NOTIFY_INPUT].cnt, 1);
    IOFUNC_NOTIFY_DISARM(members.array, IOFUNC_NOTIFY_INPUT);
    EXPECT_EQ(members.array[IOFUNC_NOTIFY_INPUT].cnt, INT_MAX);
}

TEST_F(Notify, a_threshold_fires_from_its_amount_on_and_the_check_macros_know_it) {
    const int counts[] = {5, 1, 1};
    EXPECT_FALSE(IOFUNC_NOTIFY_INPUT_CHECK(members.array, 100, 1));
    client.ask(members, _NOTIFY_ACTION_POLLARM, input, 0, counts);
    EXPECT_EQ(members.array[0].cnt, 5);
    EXPECT_FALSE(IOFUNC_NOTIFY_INPUT_CHECK(members.array, 4, 0));
    EXPECT_TRUE(IOFUNC_NOTIFY_INPUT_CHECK(members.array, 5, 0));
    iofunc_notify_trigger(members, 4, IOFUNC_NOTIFY_INPUT);
    EXPECT_TRUE(client.take().empty());
    iofunc_notify_trigger(members, 5, IOFUNC_NOTIFY_INPUT);
    EXPECT_EQ(reasons(client), Reasons{input});
    EXPECT_EQ(members.array[0].cnt, INT_MAX);
}

TEST_F(Notify, a_list_of_transitions_is_worth_a_trigger_only_at_a_transition) {
    client.ask(members, _NOTIFY_ACTION_TRANARM, input, 0);
    EXPECT_FALSE(IOFUNC_NOTIFY_INPUT_CHECK(members.array, 1, 0));
    EXPECT_TRUE(IOFUNC_NOTIFY_INPUT_CHECK(members.array, 1, 1));
}

TEST_F(Notify, a_count_of_zero_fires_nothing) {
    client.ask(members, _NOTIFY_ACTION_POLLARM, input, 0);
    iofunc_notify_trigger(members, 0, IOFUNC_NOTIFY_INPUT);
    EXPECT_TRUE(client.take().empty());
}

TEST_F(Notify, clients_are_told_in_the_order_of_their_arming) {
    std::vector<int> told;
    std::vector<int> expected;
    std::vector<std::unique_ptr<NotifyClient>> clients;
    for (int number = 0; number < 100; ++number) {
        clients.push_back(std::make_unique<NotifyClient>());
        clients.back()->on_delivery([&told, number] { told.push_back(number); });
        clients.back()->ask(members, _NOTIFY_ACTION_POLLARM, input, 0);
        expected.push_back(number);
    }
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    EXPECT_EQ(told, expected);
}

TEST_F(Notify, strict_reaches_what_one_descriptor_has_armed_and_leaves_the_others) {
    NotifyClient other{4};
    client.ask(members, _NOTIFY_ACTION_POLLARM, input, 0);
    other.ask(members, _NOTIFY_ACTION_POLLARM, input, 0);
    iofunc_notify_trigger_strict(other.context(), members, INT_MAX, IOFUNC_NOTIFY_INPUT);
    EXPECT_EQ(reasons(other), Reasons{input});
    EXPECT_TRUE(client.take().empty());
    iofunc_notify_trigger_strict(nullptr, members, INT_MAX, IOFUNC_NOTIFY_INPUT);
    EXPECT_EQ(reasons(client), Reasons{input});
}

TEST_F(Notify, strict_keeps_to_the_threshold) {
    const int counts[] = {5, 1, 1};
    client.ask(members, _NOTIFY_ACTION_POLLARM, input, 0, counts);
    iofunc_notify_trigger_strict(client.context(), members, 4, IOFUNC_NOTIFY_INPUT);
    EXPECT_TRUE(client.take().empty());
    iofunc_notify_trigger_strict(client.context(), members, 5, IOFUNC_NOTIFY_INPUT);
    EXPECT_EQ(reasons(client), Reasons{input});
}

TEST_F(Notify, remove_takes_out_one_client_or_everybody_and_delivers_nothing) {
    NotifyClient other;
    client.ask(members, _NOTIFY_ACTION_POLLARM, input | output, 0);
    other.ask(members, _NOTIFY_ACTION_POLLARM, input, 0);
    iofunc_notify_remove(client.context(), members);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_OUTPUT);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    EXPECT_TRUE(client.take().empty());
    EXPECT_EQ(reasons(other), Reasons{input});
    other.ask(members, _NOTIFY_ACTION_POLLARM, input, 0);
    iofunc_notify_remove(nullptr, members);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    EXPECT_TRUE(other.take().empty());
    EXPECT_EQ(members.array[0].list, nullptr);
    EXPECT_EQ(members.array[0].cnt, INT_MAX);
}

TEST_F(Notify, a_disarmed_list_has_nobody) {
    client.ask(members, _NOTIFY_ACTION_POLLARM, input, 0);
    IOFUNC_NOTIFY_DISARM(members, IOFUNC_NOTIFY_INPUT);
    EXPECT_EQ(members.array[0].cnt, INT_MAX);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    EXPECT_TRUE(client.take().empty());
}

TEST_F(Notify, a_client_that_is_gone_is_passed_over) {
    {
        NotifyClient gone;
        gone.ask(members, _NOTIFY_ACTION_POLLARM, input, 0);
    }
    client.ask(members, _NOTIFY_ACTION_POLLARM, input, 0);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    EXPECT_EQ(reasons(client), Reasons{input});
}

// Every arming is delivered once, whoever triggers meanwhile.
TEST_F(Notify, many_threads_arm_and_trigger_and_each_arming_is_delivered_once) {
    std::atomic<bool> over{false};
    std::vector<std::thread> owners;
    for (int number = 0; number < 2; ++number) {
        owners.emplace_back([&] {
            while (!over) {
                iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
            }
        });
    }
    std::vector<std::thread> askers;
    for (int number = 0; number < 3; ++number) {
        askers.emplace_back([&] {
            NotifyClient asker;
            for (int round = 0; round < 300; ++round) {
                asker.ask(members, _NOTIFY_ACTION_POLLARM, input, 0);
                std::size_t delivered = 0;
                EXPECT_TRUE(core::comes_true([&] {
                    delivered += asker.take().size();
                    return delivered > 0;
                }));
                EXPECT_EQ(delivered, 1U);
            }
            iofunc_notify_remove(asker.context(), members);
            EXPECT_TRUE(asker.take().empty());
        });
    }
    for (std::thread& asker : askers) {
        asker.join();
    }
    over = true;
    for (std::thread& owner : owners) {
        owner.join();
    }
}

}  // namespace
}  // namespace tocsin::qnx
