// Shows in what order things are received, and what a descriptor of a channel tells.
#include <climits>
#include <sys/epoll.h>
#include <vector>

#include <gtest/gtest.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/channels.h>

#include "server.h"

namespace tocsin::qnx {
namespace {

bool is_readable(int set) {
    ::epoll_event event = {};
    return ::epoll_wait(set, &event, 1, 0) == 1;
}

TEST(Pulse, the_highest_priority_is_received_first_and_of_one_what_came_first) {
    Server server;
    const std::vector<std::pair<int, int>> sent = {{10, 1}, {200, 2}, {10, 3}, {255, 4},
                                                   {63, 5}, {64, 6},  {0, 7},  {200, 8}};
    for (const auto& [priority, value] : sent) {
        EXPECT_EQ(MsgSendPulse(server.coid, priority, 1, value), 0);
    }
    for (const int expected : {4, 2, 8, 6, 5, 1, 3, 7}) {
        ASSERT_EQ(server.receive(), 0);
        EXPECT_EQ(server.received.pulse.value.sival_int, expected);
    }
}

TEST(Pulse, it_carries_what_was_sent) {
    Server server;
    EXPECT_EQ(MsgSendPulse(server.coid, -1, 127, -5), 0);
    ASSERT_EQ(server.receive(), 0);
    EXPECT_EQ(server.received.pulse.type, _PULSE_TYPE);
    EXPECT_EQ(server.received.pulse.subtype, _PULSE_SUBTYPE);
    EXPECT_EQ(server.received.pulse.code, 127);
    EXPECT_EQ(server.received.pulse.value.sival_int, -5);
    ::_server_info info = {};
    EXPECT_EQ(ConnectServerInfo(0, server.coid, &info), server.coid);
    EXPECT_EQ(server.received.pulse.scoid, info.scoid);
    EXPECT_EQ(MsgSendPulsePtr(server.coid, 10, 0, &server), 0);
    ASSERT_EQ(server.receive(), 0);
    EXPECT_EQ(server.received.pulse.value.sival_ptr, &server);
}

TEST(Pulse, messages_and_pulses_of_one_priority_are_received_as_they_came) {
    Server server;
    const std::shared_ptr<Channel> channel = Channels::find(server.chid);
    EXPECT_EQ(MsgSendPulse(server.coid, -1, 1, 1), 0);
    Sender sender{server.coid};
    int rcvid = 0;
    std::vector<int> order;
    ASSERT_EQ(server.receive(), 0);
    order.push_back(server.received.pulse.value.sival_int);
    rcvid = server.receive();
    EXPECT_GT(rcvid, 0);
    EXPECT_EQ(MsgSendPulse(server.coid, -1, 1, 2), 0);
    EXPECT_EQ(server.receive(), 0);
    order.push_back(server.received.pulse.value.sival_int);
    EXPECT_EQ(order, (std::vector{1, 2}));
    EXPECT_EQ(MsgReply(rcvid, 0, nullptr, 0), 0);
}

TEST(Pulse, who_wants_pulses_only_leaves_messages_alone) {
    Server server;
    Sender sender{server.coid};
    const std::shared_ptr<Channel> channel = Channels::find(server.chid);
    base::Descriptor set{::epoll_create1(EPOLL_CLOEXEC)};
    ::epoll_event event = {.events = EPOLLIN, .data = {}};
    ASSERT_EQ(::epoll_ctl(set.number(), EPOLL_CTL_ADD, channel->descriptor(), &event), 0);
    EXPECT_TRUE(until([&] { return is_readable(set.number()); }));
    limit_next(_NTO_TIMEOUT_RECEIVE, 0);
    EXPECT_EQ(MsgReceivePulse_r(server.chid, nullptr, 0, nullptr), -ETIMEDOUT);
    EXPECT_EQ(MsgSendPulse(server.coid, 1, 5, 6), 0);
    ::_pulse pulse = {};
    EXPECT_EQ(MsgReceivePulse(server.chid, &pulse, sizeof pulse, nullptr), 0);
    EXPECT_EQ(pulse.code, 5);
    EXPECT_EQ(MsgReply(server.receive(), 0, nullptr, 0), 0);
}

TEST(Pulse, nonsense_is_refused) {
    Server server;
    EXPECT_EQ(MsgSendPulse_r(server.coid, 256, 1, 1), EINVAL);
    EXPECT_EQ(MsgSendPulse_r(server.coid, -2, 1, 1), EINVAL);
    EXPECT_EQ(MsgSendPulse_r(server.coid, 10, 128, 1), EINVAL);
    EXPECT_EQ(MsgSendPulse_r(server.coid, 10, -129, 1), EINVAL);
    EXPECT_EQ(server.look(), -1);
}

TEST(Pulse, there_is_an_end_to_what_is_queued) {
    Server server;
    int error = 0;
    int count = 0;
    while ((error = MsgSendPulse_r(server.coid, 10, 1, count)) == 0 && count < 1'000'000) {
        ++count;
    }
    EXPECT_EQ(error, EAGAIN);
    for (int expected = 0; expected < count; ++expected) {
        ASSERT_EQ(server.receive(), 0);
        ASSERT_EQ(server.received.pulse.value.sival_int, expected);
    }
    EXPECT_EQ(MsgSendPulse(server.coid, 10, 1, 1), 0);
}

TEST(Pulse, a_small_buffer_gets_the_beginning) {
    Server server;
    EXPECT_EQ(MsgSendPulse(server.coid, 10, 3, 4), 0);
    std::array<signed char, 5> head = {};
    EXPECT_EQ(MsgReceive(server.chid, head.data(), head.size(), nullptr), 0);
    EXPECT_EQ(head[4], 3);
}

TEST(Pulse, a_descriptor_is_readable_as_long_as_something_is_queued) {
    Server server;
    const std::shared_ptr<Channel> channel = Channels::find(server.chid);
    EXPECT_EQ(MsgSendPulse(server.coid, 10, 1, 1), 0);
    const int descriptor = channel->descriptor();
    ASSERT_GE(descriptor, 0);
    EXPECT_EQ(channel->descriptor(), descriptor);
    base::Descriptor set{::epoll_create1(EPOLL_CLOEXEC)};
    ::epoll_event event = {.events = EPOLLIN, .data = {}};
    ASSERT_EQ(::epoll_ctl(set.number(), EPOLL_CTL_ADD, descriptor, &event), 0);
    EXPECT_TRUE(is_readable(set.number()));
    EXPECT_EQ(MsgSendPulse(server.coid, 10, 1, 2), 0);
    Received received;
    EXPECT_TRUE(channel->try_receive(received));
    EXPECT_TRUE(is_readable(set.number()));
    EXPECT_TRUE(channel->try_receive(received));
    EXPECT_EQ(received.pulse.value.sival_int, 2);
    EXPECT_FALSE(is_readable(set.number()));
    EXPECT_FALSE(channel->try_receive(received));
    EXPECT_EQ(MsgSendPulse(server.coid, 10, 1, 3), 0);
    EXPECT_TRUE(is_readable(set.number()));
    EXPECT_TRUE(channel->try_receive(received));
    EXPECT_EQ(ChannelDestroy(server.chid), 0);
    EXPECT_TRUE(is_readable(set.number()));
}

TEST(Pulse, what_a_waiting_thread_is_handed_wakes_nobody_at_the_descriptor) {
    Server server;
    const std::shared_ptr<Channel> channel = Channels::find(server.chid);
    base::Descriptor set{::epoll_create1(EPOLL_CLOEXEC)};
    ::epoll_event event = {.events = EPOLLIN | EPOLLET, .data = {}};
    ASSERT_EQ(::epoll_ctl(set.number(), EPOLL_CTL_ADD, channel->descriptor(), &event), 0);
    std::atomic<bool> done{false};
    Thread receiver{[&] {
        EXPECT_EQ(MsgReceive(server.chid, nullptr, 0, nullptr), 0);
        done = true;
    }};
    // Dropped as long as nobody waits.
    struct ::sigevent pulse = {};
    SIGEV_PULSE_INT_INIT(&pulse, server.coid, 10, 1, 1);
    SIGEV_MAKE_NOQUEUE(&pulse);
    EXPECT_TRUE(until([&] { return done || MsgDeliverEvent(0, &pulse) != 0; }));
    EXPECT_TRUE(done);
    EXPECT_FALSE(is_readable(set.number()));
    EXPECT_EQ(server.look(), -1);
}

}  // namespace
}  // namespace tocsin::qnx
