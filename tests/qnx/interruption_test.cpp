// Shows what a signal, a time-out and a cancellation do to a thread that is blocked in a message.
#include <array>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include <tocsin/qnx/calls.h>

#include "server.h"

namespace tocsin::qnx {
namespace {

// A pulse that asks to unblock `rcvid`.
void expect_unblock(Server& server, int rcvid) {
    ASSERT_EQ(server.receive(), 0);
    EXPECT_EQ(server.received.pulse.code, _PULSE_CODE_UNBLOCK);
    EXPECT_EQ(server.received.pulse.value.sival_int, rcvid);
    EXPECT_EQ(server.received.pulse.scoid, rcvid >> Calls::call_bits);
    ::_msg_info info = {};
    EXPECT_EQ(MsgInfo(rcvid, &info), 0);
    EXPECT_NE(info.flags & _NTO_MI_UNBLOCK_REQ, 0);
}

TEST(Interruption, a_sender_that_is_interrupted_before_receipt_leaves_nothing_behind) {
    for (const unsigned flags : {0U, unsigned{_NTO_CHF_UNBLOCK}}) {
        Server server{flags};
        const CountingHandler handler;
        Sender sender{server.coid};
        EXPECT_TRUE(sender.interrupt_until([&] { return sender.done(); }));
        sender.join();
        EXPECT_EQ(sender.error, EINTR);
        EXPECT_EQ(server.look(), -1);
        EXPECT_EQ(errno, ETIMEDOUT);
    }
}

TEST(Interruption, a_sender_that_is_interrupted_after_receipt_goes_and_cannot_be_answered) {
    Server server;
    const CountingHandler handler;
    Sender sender{server.coid};
    const int rcvid = server.receive();
    ASSERT_GT(rcvid, 0);
    EXPECT_TRUE(sender.interrupt_until([&] { return sender.done(); }));
    sender.join();
    EXPECT_EQ(sender.error, EINTR);
    EXPECT_EQ(MsgRead_r(rcvid, nullptr, 0, 0), -ESRCH);
    EXPECT_EQ(MsgReply_r(rcvid, 0, nullptr, 0), ESRCH);
}

TEST(Interruption, a_server_that_asked_for_it_unblocks_the_sender_itself) {
    Server server{_NTO_CHF_UNBLOCK};
    const CountingHandler handler;
    Sender sender{server.coid};
    const int rcvid = server.receive();
    ASSERT_GT(rcvid, 0);
    ::_msg_info info = {};
    EXPECT_EQ(MsgInfo(rcvid, &info), 0);
    EXPECT_EQ(info.flags & _NTO_MI_UNBLOCK_REQ, 0);
    int got = -1;
    EXPECT_TRUE(sender.interrupt_until([&] { return (got = server.look()) == 0; }));
    EXPECT_EQ(got, 0);
    EXPECT_EQ(server.received.pulse.code, _PULSE_CODE_UNBLOCK);
    EXPECT_EQ(server.received.pulse.value.sival_int, rcvid);
    // The handler runs while its thread stays blocked, and the server is not told again.
    const int before = CountingHandler::count;
    EXPECT_TRUE(sender.interrupt_until([&] { return CountingHandler::count > before + 2; }));
    EXPECT_FALSE(sender.done());
    EXPECT_EQ(server.look(), -1);
    EXPECT_EQ(MsgInfo(rcvid, &info), 0);
    EXPECT_NE(info.flags & _NTO_MI_UNBLOCK_REQ, 0);
    EXPECT_EQ(MsgError(rcvid, -1), 0);
    sender.join();
    EXPECT_EQ(sender.error, EINTR);
}

TEST(Interruption, a_sender_that_is_answered_all_the_same_has_its_answer) {
    Server server{_NTO_CHF_UNBLOCK};
    Sender sender{server.coid, [] { limit_next(_NTO_TIMEOUT_REPLY, 1); }};
    const int rcvid = server.receive();
    expect_unblock(server, rcvid);
    EXPECT_EQ(MsgReply(rcvid, 7, nullptr, 0), 0);
    sender.join();
    EXPECT_EQ(sender.result, 7);
}

TEST(Interruption, a_request_to_unblock_that_came_too_late_is_not_received) {
    Server server{_NTO_CHF_UNBLOCK};
    Sender sender{server.coid, [] { limit_next(_NTO_TIMEOUT_REPLY, 1); }};
    const int rcvid = server.receive();
    ::_msg_info info = {};
    EXPECT_TRUE(until([&] {
        MsgInfo(rcvid, &info);
        return (info.flags & _NTO_MI_UNBLOCK_REQ) != 0;
    }));
    EXPECT_EQ(MsgReply(rcvid, 7, nullptr, 0), 0);
    sender.join();
    EXPECT_EQ(server.look(), -1);
}

TEST(Interruption, a_time_out_before_receipt_takes_the_message_back) {
    Server server;
    Sender sender{server.coid, [] { limit_next(_NTO_TIMEOUT_SEND, 1'000'000); }};
    sender.join();
    EXPECT_EQ(sender.error, ETIMEDOUT);
    EXPECT_EQ(server.look(), -1);
}

TEST(Interruption, a_time_out_after_receipt_ends_the_call) {
    Server server;
    int rcvid = 0;
    // One whose time is up while it is being received is never seen.
    EXPECT_TRUE(until([&] {
        Sender sender{server.coid, [] { limit_next(_NTO_TIMEOUT_REPLY, 20'000'000); }};
        limit_next(_NTO_TIMEOUT_RECEIVE, 500'000'000);
        rcvid = MsgReceive(server.chid, nullptr, 0, nullptr);
        sender.join();
        EXPECT_EQ(sender.error, ETIMEDOUT);
        return rcvid > 0;
    }));
    EXPECT_EQ(MsgReply_r(rcvid, 0, nullptr, 0), ESRCH);
}

TEST(Interruption, a_limit_of_the_answer_is_none_of_receipt_and_holds_from_receipt_on) {
    Server server{_NTO_CHF_UNBLOCK};
    std::atomic<bool> sent{false};
    Sender sender{server.coid, [&] {
                      limit_next(_NTO_TIMEOUT_REPLY, 0);
                      sent = true;
                  }};
    EXPECT_TRUE(until([&] { return sent.load(); }));
    // Whether the limit is over before the message is received is chance; it is the same either
    // way.
    const int rcvid = server.receive();
    ASSERT_GT(rcvid, 0);
    expect_unblock(server, rcvid);
    EXPECT_EQ(MsgError(rcvid, -1), 0);
    sender.join();
    EXPECT_EQ(sender.error, ETIMEDOUT);
}

TEST(Interruption, a_limit_of_receipt_is_none_of_the_answer) {
    Server server;
    std::atomic<bool> received{false};
    Thread thread{[&] {
        const int rcvid = server.receive();
        received = true;
        limit_next(_NTO_TIMEOUT_RECEIVE, 20'000'000);
        EXPECT_EQ(server.look(), -1);
        EXPECT_EQ(MsgReply(rcvid, 3, nullptr, 0), 0);
    }};
    limit_next(_NTO_TIMEOUT_SEND, 10'000'000'000);
    EXPECT_EQ(MsgSend(server.coid, "", 1, nullptr, 0), 3);
    EXPECT_TRUE(received);
}

TEST(Interruption, a_limit_is_of_one_call_and_never_early) {
    Server server;
    const auto begin = std::chrono::steady_clock::now();
    limit_next(_NTO_TIMEOUT_RECEIVE, 20'000'000);
    EXPECT_EQ(MsgReceive_r(server.chid, nullptr, 0, nullptr), -ETIMEDOUT);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds{20});
    Thread thread{[&] { EXPECT_EQ(MsgReceivePulse_r(server.chid, nullptr, 0, nullptr), 0); }};
    EXPECT_EQ(MsgSendPulse(server.coid, 10, 1, 1), 0);
}

TEST(Interruption, a_limit_may_be_an_event) {
    const CountingHandler handler;
    Server server;
    struct ::sigevent event = {};
    SIGEV_PULSE_INT_INIT(&event, server.coid, 10, 9, 8);
    const uint64_t at_once = 1;
    TimerTimeout(CLOCK_MONOTONIC, _NTO_TIMEOUT_RECEIVE, &event, &at_once, nullptr);
    EXPECT_EQ(MsgReceive(server.chid, &server.received, sizeof server.received, nullptr), 0);
    EXPECT_EQ(server.received.pulse.code, 9);
    SIGEV_SIGNAL_VALUE_INT_INIT(&event, SIGUSR1, 5);
    TimerTimeout(CLOCK_MONOTONIC, _NTO_TIMEOUT_RECEIVE, &event, &at_once, nullptr);
    EXPECT_EQ(MsgReceive_r(server.chid, nullptr, 0, nullptr), -EINTR);
    EXPECT_TRUE(until([] { return CountingHandler::count == 1; }));
}

TEST(Interruption, a_receiver_that_is_interrupted_is_told) {
    Server server;
    const CountingHandler handler;
    std::atomic<int> result{0};
    Thread receiver{[&] { result = MsgReceive_r(server.chid, nullptr, 0, nullptr); }};
    EXPECT_TRUE(until([&] {
        receiver.signal(SIGUSR1);
        return receiver.done();
    }));
    EXPECT_EQ(result, -EINTR);
}

TEST(Interruption, a_sender_that_is_cancelled_before_receipt_leaves_nothing_behind) {
    Server server;
    Sender sender{server.coid};
    sender.cancel();
    EXPECT_EQ(sender.join(), PTHREAD_CANCELED);
    EXPECT_EQ(server.look(), -1);
    EXPECT_EQ(errno, ETIMEDOUT);
}

TEST(Interruption, a_sender_that_is_cancelled_after_receipt_cannot_be_answered) {
    Server server;
    Sender sender{server.coid};
    const int rcvid = server.receive();
    sender.cancel();
    EXPECT_EQ(sender.join(), PTHREAD_CANCELED);
    EXPECT_EQ(MsgWrite_r(rcvid, "x", 1, 0), -ESRCH);
    EXPECT_EQ(MsgError_r(rcvid, EIO), ESRCH);
}

TEST(Interruption, a_server_hears_of_a_sender_that_was_cancelled) {
    Server server{_NTO_CHF_UNBLOCK};
    Sender sender{server.coid};
    const int rcvid = server.receive();
    sender.cancel();
    EXPECT_EQ(sender.join(), PTHREAD_CANCELED);
    EXPECT_EQ(server.receive(), 0);
    EXPECT_EQ(server.received.pulse.code, _PULSE_CODE_UNBLOCK);
    EXPECT_EQ(server.received.pulse.value.sival_int, rcvid);
    EXPECT_EQ(MsgError_r(rcvid, -1), ESRCH);
}

TEST(Interruption, the_nc_form_is_no_cancellation_point) {
    Server server;
    std::atomic<long> status{0};
    Thread sender{[&] { status = MsgSendnc(server.coid, "", 1, nullptr, 0); }};
    const int rcvid = server.receive();
    sender.cancel();
    EXPECT_EQ(MsgReply(rcvid, 6, nullptr, 0), 0);
    sender.join();
    EXPECT_EQ(status, 6);
}

TEST(Interruption, a_receiver_that_is_cancelled_leaves_what_it_was_handed_to_others) {
    for (int round = 0; round < 100; ++round) {
        Server server;
        Thread receiver{[&] {
            ::_pulse pulse = {};
            MsgReceivePulse(server.chid, &pulse, sizeof pulse, nullptr);
            // Received and not cancelled: it is sent on.
            MsgSendPulse(server.coid, 10, pulse.code, pulse.value.sival_int);
        }};
        EXPECT_EQ(MsgSendPulse(server.coid, 10, 1, round), 0);
        receiver.cancel();
        receiver.join();
        EXPECT_EQ(server.receive(), 0);
        EXPECT_EQ(server.received.pulse.value.sival_int, round);
    }
}

TEST(Interruption, signals_cancellations_and_answers_race_and_nobody_hangs) {
    Server server{_NTO_CHF_UNBLOCK};
    const CountingHandler handler;
    std::atomic<int> pulses{0};
    const auto serve = [&] {
        std::array<char, 64> buffer = {};
        for (;;) {
            const int rcvid = MsgReceive_r(server.chid, buffer.data(), buffer.size(), nullptr);
            if (rcvid > 0) {
                MsgReply(rcvid, 1, "answer", 7);
            } else if (rcvid == 0) {
                ++pulses;
            } else if (rcvid == -ESRCH) {
                return;
            }
        }
    };
    Thread first{serve};
    Thread second{serve};
    for (int round = 0; round < 300; ++round) {
        Sender one{server.coid};
        Sender other{server.coid};
        one.signal();
        other.cancel();
        one.join();
        EXPECT_TRUE(one.result == 1 || one.error == EINTR);
    }
    EXPECT_EQ(ChannelDestroy(server.chid), 0);
}

}  // namespace
}  // namespace tocsin::qnx
