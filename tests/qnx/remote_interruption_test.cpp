// Shows that nobody waits longer than it wants for another process.
#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "process.h"

namespace tocsin::qnx {
namespace {

// Receives and answers nothing.
bool keep(Server& /*server*/, int /*rcvid*/) {
    return true;
}

TEST(RemoteInterruption, a_signal_ends_a_wait_for_a_server_that_does_not_ask) {
    const CountingHandler handler;
    RemoteServer server{0, keep};
    for (int round = 0; round < 3; ++round) {
        Sender sender{server.coid};
        EXPECT_TRUE(sender.interrupt_until([&] { return sender.done(); }));
        sender.join();
        EXPECT_EQ(sender.error, EINTR);
    }
}

TEST(RemoteInterruption, a_server_that_asks_is_told_and_answers) {
    const CountingHandler handler;
    RemoteServer server{_NTO_CHF_UNBLOCK, [](Server& self, int rcvid) {
                            if (rcvid == 0 && self.received.pulse.code == _PULSE_CODE_UNBLOCK) {
                                const int asking = self.received.pulse.value.sival_int;
                                struct ::_msg_info info = {};
                                EXPECT_EQ(MsgInfo(asking, &info), 0);
                                EXPECT_NE(info.flags & _NTO_MI_UNBLOCK_REQ, 0);
                                MsgError(asking, -1);
                            }
                            return true;
                        }};
    Sender sender{server.coid};
    EXPECT_TRUE(sender.interrupt_until([&] { return sender.done(); }));
    sender.join();
    EXPECT_EQ(sender.error, EINTR);
    limit_next(_NTO_TIMEOUT_REPLY, 1'000'000);
    EXPECT_EQ(MsgSend_r(server.coid, "", 1, nullptr, 0), -ETIMEDOUT);
}

TEST(RemoteInterruption, a_message_that_was_not_received_is_taken_back) {
    Server server{_NTO_CHF_UNBLOCK};
    Process client{[&](Process& self) {
        const int coid = ConnectAttach(0, ::getppid(), server.chid, _NTO_SIDE_CHANNEL, 0);
        for (int round = 0; round < 3; ++round) {
            limit_next(_NTO_TIMEOUT_SEND, 1'000'000);
            if (MsgSend_r(coid, "", 1, nullptr, 0) != -ETIMEDOUT) {
                return 1;
            }
        }
        self.from.say(1);
        MsgSendPulse(coid, 10, 5, 0);
        ::pause();
        return 0;
    }};
    EXPECT_EQ(client.from.hear(), 1);
    ASSERT_EQ(server.receive_pulse(), 0);
    EXPECT_EQ(server.look(), -1);
    EXPECT_EQ(errno, ETIMEDOUT);
}

TEST(RemoteInterruption, only_the_states_that_are_named_are_limited) {
    RemoteServer server{0, keep};
    limit_next(_NTO_TIMEOUT_REPLY, 0);
    EXPECT_EQ(MsgSend_r(server.coid, "", 1, nullptr, 0), -ETIMEDOUT);
    server.process.stop();
    std::atomic<int> thread{0};
    Sender sender{server.coid, [&] {
                      thread = ::gettid();
                      limit_next(_NTO_TIMEOUT_REPLY, 0);
                  }};
    EXPECT_TRUE(until([&] { return thread != 0 && is_asleep(thread); }));
    EXPECT_FALSE(sender.done());
    server.process.go_on();
    sender.join();
    EXPECT_EQ(sender.error, ETIMEDOUT);
}

TEST(ForkedClients, a_cancelled_sender_goes_and_its_server_is_told) {
    Server server{_NTO_CHF_UNBLOCK};
    Process client{[&](Process& self) {
        const int coid = ConnectAttach(0, ::getppid(), server.chid, _NTO_SIDE_CHANNEL, 0);
        Sender sender{coid};
        EXPECT_EQ(self.to.hear(), 1);
        sender.cancel();
        return sender.join() == PTHREAD_CANCELED ? 0 : 1;
    }};
    const int rcvid = server.receive();
    ASSERT_GT(rcvid, 0);
    client.to.say(1);
    EXPECT_EQ(client.wait(), 0);
    ASSERT_EQ(server.receive(), 0);
    EXPECT_EQ(server.received.pulse.code, _PULSE_CODE_UNBLOCK);
    EXPECT_EQ(server.received.pulse.value.sival_int, rcvid);
    EXPECT_EQ(MsgReply_r(rcvid, 0, nullptr, 0), ESRCH);
}

TEST(RemoteInterruption, a_stopped_server_costs_its_clients_no_more_time_than_they_allow) {
    RemoteServer server{0, [](Server& self, int rcvid) {
                            static int pulses = 0;
                            pulses += rcvid == 0 ? 1 : 0;
                            if (rcvid > 0) {
                                MsgReply(rcvid, pulses, nullptr, 0);
                            }
                            return self.chid > 0;
                        }};
    server.process.stop();
    int sent = 0;
    int error = 0;
    while ((error = MsgSendPulse_r(server.coid, 10, 1, 0)) == 0) {
        ++sent;
    }
    EXPECT_EQ(error, EAGAIN);
    limit_next(_NTO_TIMEOUT_SEND, 1'000'000);
    EXPECT_EQ(MsgSend_r(server.coid, "", 1, nullptr, 0), -ETIMEDOUT);
    limit_next(_NTO_TIMEOUT_SEND | _NTO_TIMEOUT_REPLY, 1'000'000);
    EXPECT_EQ(MsgSend_r(server.coid, "", 1, nullptr, 0), -ETIMEDOUT);
    server.process.go_on();
    // All that was taken arrives, before what was sent later.
    EXPECT_EQ(MsgSend(server.coid, "", 1, nullptr, 0), sent);
}

TEST(RemoteInterruption, a_server_that_does_not_answer_keeps_nobody_from_others) {
    const auto serve = [](Process& self) {
        const Server server;
        self.from.say(server.chid);
        return self.to.hear();
    };
    Process stopped{serve};
    Process other{serve};
    const int chid = stopped.from.hear();
    const int other_chid = other.from.hear();
    stopped.stop();
    std::atomic<int> thread{0};
    std::atomic<int> result{0};
    std::thread waits{[&] {
        thread = ::gettid();
        result = ConnectAttach_r(0, stopped.pid, chid, _NTO_SIDE_CHANNEL, 0);
    }};
    EXPECT_TRUE(until([&] { return thread != 0 && is_asleep(thread); }));
    const int coid = ConnectAttach(0, other.pid, other_chid, _NTO_SIDE_CHANNEL, 0);
    EXPECT_GE(coid, _NTO_SIDE_CHANNEL);
    EXPECT_EQ(result, 0) << "the other one was reached in the meantime";
    waits.join();
    EXPECT_EQ(result, -ETIMEDOUT);
    stopped.go_on();
    const int at_last = ConnectAttach(0, stopped.pid, chid, _NTO_SIDE_CHANNEL, 0);
    EXPECT_GE(at_last, _NTO_SIDE_CHANNEL);
    EXPECT_EQ(ConnectDetach(at_last), 0);
    EXPECT_EQ(ConnectDetach(coid), 0);
}

TEST(RemoteInterruption, a_full_channel_holds_its_client_back_and_loses_nothing) {
    constexpr int count = 100'000;
    Server server;
    const SharedFlag refused;
    Process client{[&](Process&) {
        const int coid = ConnectAttach(0, ::getppid(), server.chid, _NTO_SIDE_CHANNEL, 0);
        for (int sent = 0; sent < count;) {
            const int error = MsgSendPulse_r(coid, 10, 1, sent);
            sent += error == 0 ? 1 : 0;
            if (error == EAGAIN) {
                refused.set();
                ::sched_yield();
            }
        }
        return 0;
    }};
    EXPECT_TRUE(until([&] { return refused.is_set(); }));
    for (int received = 0; received < count; ++received) {
        ASSERT_EQ(server.receive(), 0);
        ASSERT_EQ(server.received.pulse.value.sival_int, received);
    }
    EXPECT_EQ(client.wait(), 0);
}

TEST(RemoteInterruption, what_a_stopped_client_is_told_waits_for_it_and_for_nobody_else) {
    constexpr int count = 100'000;
    constexpr int while_stopped = 5000;
    Server server;
    Process client{[&](Process& self) {
        Server own;
        const int coid = ConnectAttach(0, ::getppid(), server.chid, _NTO_SIDE_CHANNEL, 0);
        struct ::sigevent event = {};
        SIGEV_PULSE_INT_INIT(&event, own.coid, 10, 7, 0);
        MsgSend(coid, &event, sizeof event, nullptr, 0);
        self.from.say(1);
        // Whatever way each has taken, they come in order.
        for (int next = 0; next <= count; ++next) {
            if (own.receive() != 0 || own.received.pulse.value.sival_int != next) {
                return 1;
            }
        }
        return 0;
    }};
    const int rcvid = server.receive();
    ASSERT_GT(rcvid, 0);
    struct ::sigevent event = {};
    std::memcpy(&event, &server.received, sizeof event);
    EXPECT_EQ(MsgReply(rcvid, 0, nullptr, 0), 0);
    EXPECT_EQ(client.from.hear(), 1);
    client.stop();
    for (int sent = 0; sent < while_stopped; ++sent) {
        event.sigev_value.sival_int = sent;
        ASSERT_EQ(MsgDeliverEvent(rcvid, &event), 0);
    }
    // What is kept for it already is kept once.
    ASSERT_EQ(MsgDeliverEvent(rcvid, &event), 0);
    client.go_on();
    for (int sent = while_stopped; sent <= count; ++sent) {
        event.sigev_value.sival_int = sent;
        EXPECT_TRUE(until([&] { return MsgDeliverEvent(rcvid, &event) == 0; }));
    }
    EXPECT_EQ(client.wait(), 0);
}

}  // namespace
}  // namespace tocsin::qnx
