// Shows what becomes of a message, its answer, and its memory.
#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server.h"

namespace tocsin::qnx {
namespace {

TEST(Message, an_answer_carries_the_status_and_as_much_as_the_sender_has_room_for) {
    Server server;
    std::array<char, 5> room = {};
    std::atomic<long> status{0};
    Thread sender{[&] { status = MsgSend(server.coid, "question", 9, room.data(), room.size()); }};
    const int rcvid = server.receive();
    ASSERT_GT(rcvid, 0);
    EXPECT_STREQ(server.received.text, "question");
    EXPECT_EQ(server.info.msglen, 9U);
    EXPECT_EQ(server.info.srcmsglen, 9U);
    EXPECT_EQ(server.info.dstmsglen, 5U);
    EXPECT_EQ(server.info.pid, ::getpid());
    EXPECT_NE(server.info.tid, ::gettid());
    EXPECT_EQ(server.info.coid, server.coid);
    EXPECT_EQ(server.info.chid, server.chid);
    EXPECT_EQ(MsgReply(rcvid, 42, "answered", 9), 0);
    sender.join();
    EXPECT_EQ(status, 42);
    EXPECT_EQ(std::string(room.data(), room.size()), "answe");
    EXPECT_EQ(MsgReply(rcvid, 0, nullptr, 0), -1);
    EXPECT_EQ(errno, ESRCH);
}

TEST(Message, a_status_may_be_negative_and_is_no_error) {
    Server server;
    std::atomic<long> status{0};
    Thread sender{[&] { status = MsgSend(server.coid, "", 1, nullptr, 0); }};
    EXPECT_EQ(MsgReply(server.receive(), -77, nullptr, 0), 0);
    sender.join();
    EXPECT_EQ(status, -77);
}

TEST(Message, an_error_of_the_server_is_the_senders) {
    Server server;
    Sender sender{server.coid};
    EXPECT_EQ(MsgError(server.receive(), ENOTTY), 0);
    sender.join();
    EXPECT_EQ(sender.result, -1);
    EXPECT_EQ(sender.error, ENOTTY);
}

TEST(Message, what_was_not_received_can_be_read_and_the_answer_be_written_in_parts) {
    Server server;
    std::vector<char> sent(1 << 22);
    for (std::size_t at = 0; at < sent.size(); ++at) {
        sent[at] = static_cast<char>(at * 7 / 3);
    }
    std::vector<char> room(1 << 22);
    std::atomic<long> status{-1};
    Thread sender{
        [&] { status = MsgSend(server.coid, sent.data(), sent.size(), room.data(), room.size()); }};
    const int rcvid = server.receive();
    EXPECT_EQ(server.info.msglen, sizeof server.received);
    EXPECT_EQ(server.info.srcmsglen, sent.size());
    std::vector<char> copy(sent.size());
    EXPECT_EQ(MsgRead(rcvid, copy.data(), copy.size(), 0), 1 << 22);
    EXPECT_EQ(copy, sent);
    EXPECT_EQ(MsgRead(rcvid, copy.data(), 100, sent.size() - 40), 40);
    EXPECT_TRUE(std::equal(copy.begin(), copy.begin() + 40, sent.end() - 40));
    EXPECT_EQ(MsgRead(rcvid, copy.data(), 100, sent.size() + 40), 0);
    EXPECT_EQ(MsgRead(rcvid, copy.data(), 100, SIZE_MAX), 0);
    EXPECT_EQ(MsgWrite(rcvid, sent.data() + 100, 1000, 100), 1000);
    EXPECT_EQ(MsgWrite(rcvid, sent.data(), 1000, room.size() - 3), 3);
    EXPECT_EQ(MsgReply(rcvid, 1, sent.data(), 100), 0);
    sender.join();
    EXPECT_TRUE(std::equal(room.begin(), room.begin() + 1100, sent.begin()));
    EXPECT_EQ(room[1100], 0);
    EXPECT_EQ(MsgRead(rcvid, copy.data(), 100, 0), -1);
    EXPECT_EQ(errno, ESRCH);
}

TEST(Message, lists_of_pieces_are_gathered_and_scattered) {
    Server server;
    std::array<char, 4> first = {'a', 'b', 'c', 'd'};
    std::array<char, 3> second = {'e', 'f', 'g'};
    std::array<char, 2> left = {};
    std::array<char, 6> right = {};
    Thread sender{[&] {
        std::array<iov_t, 3> message = {};
        SETIOV(&message[0], first.data(), first.size());
        SETIOV(&message[1], nullptr, 0);
        SETIOV(&message[2], second.data(), second.size());
        std::array<iov_t, 2> room = {};
        SETIOV(&room[0], left.data(), left.size());
        SETIOV(&room[1], right.data(), right.size());
        EXPECT_EQ(MsgSendv(server.coid, message.data(), 3, room.data(), 2), 3);
    }};
    std::array<char, 5> head = {};
    std::array<char, 5> tail = {};
    std::array<iov_t, 2> parts = {};
    SETIOV(&parts[0], head.data(), head.size());
    SETIOV(&parts[1], tail.data(), tail.size());
    const int rcvid = MsgReceivev(server.chid, parts.data(), 2, nullptr);
    ASSERT_GT(rcvid, 0);
    EXPECT_EQ(std::string(head.data(), 5) + tail.data(), "abcdefg");
    EXPECT_EQ(MsgReplyv(rcvid, 3, parts.data(), 2), 0);
    sender.join();
    EXPECT_EQ(std::string(left.data(), 2) + right.data(), "abcdefg");
}

TEST(Message, sizes_that_cannot_be_are_refused) {
    Server server;
    std::array<iov_t, 2> parts = {};
    SETIOV(&parts[0], nullptr, SSIZE_MAX);
    SETIOV(&parts[1], nullptr, 1);
    EXPECT_EQ(MsgSendv_r(server.coid, parts.data(), 2, nullptr, 0), -EOVERFLOW);
    EXPECT_EQ(MsgSendv_r(server.coid, nullptr, 0, parts.data(), 2), -EOVERFLOW);
    EXPECT_EQ(MsgSend_r(server.coid, nullptr, SIZE_MAX, nullptr, 0), -EOVERFLOW);
    EXPECT_EQ(MsgSendv_r(server.coid, parts.data(), (1U << 19U) + 1, nullptr, 0), -EINVAL);
}

TEST(Message, a_sender_is_asked_to_send_again) {
    Server server;
    Sender sender{server.coid};
    EXPECT_EQ(MsgError(server.receive(), ERESTART), 0);
    const int again = server.receive();
    ASSERT_GT(again, 0);
    EXPECT_STREQ(server.received.text, "question");
    EXPECT_FALSE(sender.done());
    EXPECT_EQ(MsgReply(again, 5, nullptr, 0), 0);
    sender.join();
    EXPECT_EQ(sender.result, 5);
}

TEST(Message, there_is_no_sending_through_what_is_no_connection) {
    EXPECT_EQ(MsgSend_r(_NTO_SIDE_CHANNEL + 4711, "", 1, nullptr, 0), -EBADF);
    EXPECT_EQ(MsgSend_r(0, "", 1, nullptr, 0), -ENOSYS);  // a file that nobody serves
    EXPECT_EQ(MsgSend_r(-1, "", 1, nullptr, 0), -EBADF);
    EXPECT_EQ(MsgSendPulse_r(-1, 10, 0, 0), EBADF);
    EXPECT_EQ(MsgReceive_r(4711, nullptr, 0, nullptr), -ESRCH);
    EXPECT_EQ(MsgRead_r(4711, nullptr, 0, 0), -ESRCH);
    EXPECT_EQ(MsgInfo_r(0, nullptr), ESRCH);
    EXPECT_EQ(MsgCurrent_r(-1), ESRCH);
}

TEST(Message, a_channel_that_is_destroyed_lets_go_of_all_who_wait) {
    const int chid = ChannelCreate(_NTO_CHF_UNBLOCK);
    const int coid = ConnectAttach(0, 0, chid, _NTO_SIDE_CHANNEL, 0);
    Sender received{coid};
    const int rcvid = MsgReceive(chid, nullptr, 0, nullptr);
    ASSERT_GT(rcvid, 0);
    std::atomic<int> result{0};
    Thread receiver{[&] {
        while (MsgReceivePulse_r(chid, nullptr, 0, nullptr) == 0) {
        }
        result = MsgReceive_r(chid, nullptr, 0, nullptr);
    }};
    Sender queued{coid};
    EXPECT_EQ(ChannelDestroy(chid), 0);
    receiver.join();
    received.join();
    queued.join();
    EXPECT_EQ(result, -ESRCH);
    EXPECT_EQ(received.error, ESRCH);
    EXPECT_EQ(queued.error, ESRCH);
    EXPECT_EQ(MsgReply(rcvid, 0, nullptr, 0), -1);
    EXPECT_EQ(MsgSend_r(coid, "", 1, nullptr, 0), -ESRCH);
    EXPECT_EQ(MsgSendPulse_r(coid, 10, 1, 1), ESRCH);
    EXPECT_EQ(ConnectDetach(coid), 0);
    EXPECT_EQ(ChannelDestroy_r(chid), EINVAL);
}

TEST(Message, many_threads_send_to_many_and_every_answer_finds_its_sender) {
    constexpr int rounds = 500;
    constexpr int count = 4;
    Server server;
    std::atomic<int> wrong{0};
    const auto serve = [&] {
        int number = 0;
        int rcvid = 0;
        while ((rcvid = MsgReceive(server.chid, &number, sizeof number, nullptr)) > 0) {
            const int answer = number + 1;
            MsgReply(rcvid, number, &answer, sizeof answer);
        }
    };
    const auto ask = [&](int from) {
        for (int number = from; number < from + rounds; ++number) {
            int answer = 0;
            if (MsgSend(server.coid, &number, sizeof number, &answer, sizeof answer) != number ||
                answer != number + 1) {
                ++wrong;
            }
        }
    };
    std::vector<std::unique_ptr<Thread>> servers;
    std::vector<std::unique_ptr<Thread>> senders;
    for (int number = 0; number < count; ++number) {
        servers.push_back(std::make_unique<Thread>(serve));
        senders.push_back(std::make_unique<Thread>([&, number] { ask(number * rounds); }));
    }
    senders.clear();
    EXPECT_EQ(wrong, 0);
    for (int number = 0; number < count; ++number) {
        EXPECT_EQ(MsgSendPulse(server.coid, 10, 0, 0), 0);
    }
    servers.clear();
}

}  // namespace
}  // namespace tocsin::qnx
