// Shows what is done to a part of what is armed, with an index that is none, and where there is
// nothing.
#include <cerrno>

#include <gtest/gtest.h>

#include <tests/qnx/notify_client.h>
#include <tocsin/qnx/notify_bits.h>

namespace tocsin::qnx {
namespace {

constexpr unsigned input = _NOTIFY_COND_INPUT;
constexpr unsigned output = _NOTIFY_COND_OUTPUT;
constexpr int done = _RESMGR_NPARTS(1);

class NotifyEdges : public testing::Test {
protected:
    void arm_both() { client.ask(members, _NOTIFY_ACTION_POLLARM, input | output, 0); }
    std::size_t delivered_by_both() {
        iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
        iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_OUTPUT);
        return client.take().size();
    }

    Members<> members;
    NotifyClient client;
};

TEST_F(NotifyEdges, an_index_that_is_none_tells_and_disarms_nobody) {
    arm_both();
    for (const int none : {-1, core::condition_count, INT_MAX}) {
        iofunc_notify_trigger(members, 1, none);
        iofunc_notify_trigger_strict(client.context(), members, 1, none);
        tocsin_notify_disarm(members, none);
    }
    EXPECT_TRUE(client.take().empty());
    EXPECT_EQ(delivered_by_both(), 2U);
}

TEST_F(NotifyEdges, a_list_where_nobody_ever_waited_has_nothing_to_tell_or_to_disarm) {
    iofunc_notify_trigger_strict(client.context(), members, 1, IOFUNC_NOTIFY_INPUT);
    tocsin_notify_disarm(members, IOFUNC_NOTIFY_INPUT);
    iofunc_notify_remove(client.context(), members);
    EXPECT_EQ(members.array[0].list, nullptr);
    EXPECT_EQ(members.array[0].cnt, INT_MAX);
}

TEST_F(NotifyEdges, removing_a_client_from_a_part_leaves_it_in_the_rest) {
    arm_both();
    iofunc_notify_remove_strict(client.context(), members, 1);
    EXPECT_EQ(delivered_by_both(), 1U);
}

TEST_F(NotifyEdges, removing_everybody_from_a_part_leaves_them_in_the_rest) {
    arm_both();
    iofunc_notify_remove_strict(nullptr, members, 1);
    EXPECT_EQ(delivered_by_both(), 1U);
}

TEST_F(NotifyEdges, edgearm_without_an_event_reports_what_is_met_and_arms_nothing) {
    SIGEV_NONE_INIT(&client.event);
    const Told told = client.ask(members, _NOTIFY_ACTION_EDGEARM, input | output, input);
    EXPECT_EQ(told.result, done);
    EXPECT_EQ(told.flags, input);
    EXPECT_EQ(told.armed, 0);
    EXPECT_EQ(members.array[0].cnt, INT_MAX);
}

TEST_F(NotifyEdges, a_manager_need_not_ask_whether_anything_was_armed) {
    ::io_notify_t message = {};
    message.i64.type = _IO_NOTIFY64;
    message.i64.action = _NOTIFY_ACTION_POLLARM;
    message.i64.flags = static_cast<int>(input);
    std::memcpy(&message.i64.event64, &client.event, sizeof client.event);
    client.context()->size = sizeof message;
    EXPECT_EQ(iofunc_notify(client.context(), &message, members, 0, nullptr, nullptr), done);
    EXPECT_EQ(delivered_by_both(), 1U);
}

// The code of an event of `type` that tells of condition `index` in the extended way.
int code_of(int type, unsigned index) {
    struct ::sigevent event = {};
    event.sigev_notify = type;
    event.sigev_code = 7;
    return event_with_reason(event, index, true).sigev_code;
}

TEST(NotifyCodes, a_pulse_has_no_room_for_conditions_beyond_the_eighth_and_keeps_its_code) {
    EXPECT_EQ(code_of(SIGEV_PULSE, 7), -128);
    EXPECT_EQ(code_of(SIGEV_PULSE, 8), 7);
}

TEST(NotifyCodes, the_code_of_a_signal_tells_every_condition) {
    EXPECT_EQ(code_of(SIGEV_SIGNAL_CODE, 8), -256);
    EXPECT_EQ(code_of(SIGEV_SIGNAL_THREAD, 8), -256);
    EXPECT_EQ(code_of(SIGEV_SIGNAL, 8), 7) << "it has none that is delivered";
}

}  // namespace
}  // namespace tocsin::qnx
