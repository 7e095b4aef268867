// Shows messages and pulses between processes.
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <tocsin/qnx/link/server_link.h>

#include "process.h"

namespace tocsin::qnx {
namespace {

bool answer_with_itself(Server& server, int rcvid) {
    if (rcvid > 0) {
        MsgReply(rcvid, server.info.tid, server.received.text, server.info.msglen);
    }
    return true;
}

TEST(RemoteMessage, an_answer_carries_the_status_and_as_much_as_the_sender_has_room_for) {
    RemoteServer server{0, [](Server& self, int rcvid) {
                            EXPECT_STREQ(self.received.text, "question");
                            EXPECT_EQ(self.info.msglen, 9U);
                            EXPECT_EQ(self.info.srcmsglen, 9U);
                            EXPECT_EQ(self.info.dstmsglen, 5U);
                            EXPECT_EQ(self.info.pid, ::getppid());
                            EXPECT_EQ(self.info.tid, ::getppid());
                            EXPECT_EQ(self.info.chid, self.chid);
                            EXPECT_GE(self.info.coid, _NTO_SIDE_CHANNEL);
                            struct ::_client_info client = {};
                            EXPECT_EQ(ConnectClientInfo(self.info.scoid, &client, 0), 0);
                            EXPECT_EQ(client.pid, ::getppid());
                            EXPECT_EQ(client.cred.euid, ::geteuid());
                            EXPECT_EQ(MsgReply(rcvid, 42, "answered", 9), 0);
                            EXPECT_EQ(MsgReply_r(rcvid, 42, "answered", 9), ESRCH);
                            return false;
                        }};
    std::array<char, 5> room = {};
    EXPECT_EQ(MsgSend(server.coid, "question", 9, room.data(), room.size()), 42);
    EXPECT_EQ(std::string(room.data(), room.size()), "answe");
    EXPECT_EQ(server.process.wait(), 0);
}

TEST(RemoteMessage, an_error_of_the_server_is_the_senders) {
    RemoteServer server{0, [](Server&, int rcvid) { return MsgError(rcvid, ENOTTY) == 0; }};
    EXPECT_EQ(MsgSend(server.coid, "", 1, nullptr, 0), -1);
    EXPECT_EQ(errno, ENOTTY);
    EXPECT_EQ(MsgSend_r(server.coid, nullptr, 0, nullptr, 0), -ENOTTY);
}

std::vector<char> pattern(std::size_t size, int seed) {
    std::vector<char> bytes(size);
    for (std::size_t at = 0; at < size; ++at) {
        bytes[at] = static_cast<char>((at * 7 + static_cast<std::size_t>(seed)) % 251);
    }
    return bytes;
}

TEST(RemoteMessage, a_megabyte_goes_both_ways_in_pieces) {
    static constexpr std::size_t size = 1U << 20U;
    RemoteServer server{0, [](Server& self, int rcvid) {
                            EXPECT_EQ(self.info.msglen, sizeof self.received);
                            EXPECT_EQ(self.info.srcmsglen, size);
                            std::vector<char> rest(size);
                            EXPECT_EQ(MsgRead(rcvid, rest.data(), size, 3), ssize_t{1 << 20} - 3);
                            const std::vector<char> expected = pattern(size, 1);
                            EXPECT_TRUE(
                                std::equal(expected.begin() + 3, expected.end(), rest.begin()));
                            const std::vector<char> reply = pattern(size, 2);
                            MsgReply(rcvid, 0, reply.data(), reply.size());
                            return true;
                        }};
    for (int round = 0; round < 3; ++round) {
        const std::vector<char> sent = pattern(size, 1);
        std::vector<char> room(size);
        const std::array<iov_t, 2> out = {{{const_cast<char*>(sent.data()), 1000},
                                           {const_cast<char*>(sent.data()) + 1000, size - 1000}}};
        const std::array<iov_t, 2> in = {{{room.data(), 5}, {room.data() + 5, size - 5}}};
        ASSERT_EQ(MsgSendv(server.coid, out.data(), 2, in.data(), 2), 0);
        EXPECT_EQ(room, pattern(size, 2));
    }
}

TEST(RemoteMessage, what_a_server_does_not_write_stays_as_it_was) {
    RemoteServer server{0, [](Server&, int rcvid) {
                            EXPECT_EQ(MsgWrite(rcvid, "cd", 2, 3), 2);
                            EXPECT_EQ(MsgWrite(rcvid, "e", 1, 5), 1);
                            EXPECT_EQ(MsgWrite(rcvid, "xyz", 3, 8), 2);
                            EXPECT_EQ(MsgWrite(rcvid, "xyz", 3, 10), 0);
                            EXPECT_EQ(MsgReply(rcvid, 0, "a", 1), 0);
                            return true;
                        }};
    for (int round = 0; round < 2; ++round) {
        std::string room = "..........";
        ASSERT_EQ(MsgSend(server.coid, "", 0, room.data(), room.size()), 0);
        EXPECT_EQ(room, "a..cde..xy");
    }
}

TEST(RemoteMessage, a_server_may_write_in_seven_places_and_is_told_when_they_are_more) {
    RemoteServer server{0, [](Server&, int rcvid) {
                            for (std::size_t at = 0; at < 7; ++at) {
                                EXPECT_EQ(MsgWrite(rcvid, "x", 1, 2 * at + 2), 1);
                            }
                            EXPECT_EQ(MsgWrite_r(rcvid, "x", 1, 30), -ENOBUFS);
                            EXPECT_EQ(MsgWrite_r(rcvid, "y", 1, 15), 1);
                            EXPECT_EQ(MsgReply(rcvid, 0, "a", 1), 0);
                            return true;
                        }};
    std::string room(32, '.');
    ASSERT_EQ(MsgSend(server.coid, "", 0, room.data(), room.size()), 0);
    EXPECT_EQ(room, "a.x.x.x.x.x.x.xy................");
}

TEST(RemoteMessage, the_end_of_the_server_ends_every_wait_and_is_told_to_channels_that_ask) {
    Server watching{_NTO_CHF_COID_DISCONNECT};
    RemoteServer server{0, [](Server&, int) { return true; }};
    std::vector<std::unique_ptr<Sender>> senders;
    for (int count = 0; count < 4; ++count) {
        senders.push_back(std::make_unique<Sender>(server.coid));
    }
    server.process.kill(SIGKILL);
    for (const auto& sender : senders) {
        sender->join();
        EXPECT_EQ(sender->result, -1);
        EXPECT_EQ(sender->error, ESRCH);
    }
    ASSERT_EQ(watching.receive(), 0);
    EXPECT_EQ(watching.received.pulse.code, _PULSE_CODE_COIDDEATH);
    EXPECT_EQ(watching.received.pulse.value.sival_int, server.coid);
    EXPECT_EQ(MsgSend_r(server.coid, "", 1, nullptr, 0), -ESRCH);
    EXPECT_EQ(MsgSendPulse_r(server.coid, 10, 1, 0), EBADF);
}

TEST(RemoteMessage, a_channel_that_is_destroyed_ends_every_wait_and_is_told_as_well) {
    Server watching{_NTO_CHF_COID_DISCONNECT};
    RemoteServer server{0, [](Server& self, int) {
                            ChannelDestroy(self.chid);
                            ::pause();
                            return false;
                        }};
    EXPECT_EQ(MsgSend_r(server.coid, "", 1, nullptr, 0), -ESRCH);
    ASSERT_EQ(watching.receive(), 0);
    EXPECT_EQ(watching.received.pulse.code, _PULSE_CODE_COIDDEATH);
    EXPECT_EQ(watching.received.pulse.value.sival_int, server.coid);
    EXPECT_EQ(MsgSend_r(server.coid, "", 1, nullptr, 0), -ESRCH);
}

// A client process that sends one message; its end is `end`.
void die_waiting(const Server& server, int& rcvid) {
    Process client{[&](Process&) {
        const int coid = ConnectAttach(0, ::getppid(), server.chid, _NTO_SIDE_CHANNEL, 0);
        MsgSend(coid, "", 1, nullptr, 0);
        return 1;
    }};
    rcvid = const_cast<Server&>(server).receive();
    EXPECT_GT(rcvid, 0);
}

TEST(RemoteMessage, the_end_of_a_client_ends_its_message_and_is_told) {
    Server server{_NTO_CHF_UNBLOCK | _NTO_CHF_DISCONNECT};
    int rcvid = 0;
    die_waiting(server, rcvid);
    const int scoid = server.info.scoid;
    ASSERT_EQ(server.receive(), 0);
    EXPECT_EQ(server.received.pulse.code, _PULSE_CODE_UNBLOCK);
    EXPECT_EQ(server.received.pulse.value.sival_int, rcvid);
    ASSERT_EQ(server.receive(), 0);
    EXPECT_EQ(server.received.pulse.code, _PULSE_CODE_DISCONNECT);
    EXPECT_EQ(server.received.pulse.scoid, scoid);
    EXPECT_EQ(MsgReply_r(rcvid, 0, nullptr, 0), ESRCH);
    EXPECT_EQ(MsgRead_r(rcvid, &rcvid, 1, 0), -ESRCH);
    EXPECT_EQ(ConnectDetach(scoid), 0);
    EXPECT_EQ(ConnectDetach_r(scoid), EINVAL);
}

TEST(RemoteMessage, a_client_that_dies_before_it_is_received_is_never_seen) {
    Server server{_NTO_CHF_DISCONNECT};
    {
        Process client{[&](Process& self) {
            const int coid = ConnectAttach(0, ::getppid(), server.chid, _NTO_SIDE_CHANNEL, 0);
            std::atomic<int> thread{0};
            const Sender sender{coid, [&] { thread = ::gettid(); }};
            if (!until([&] { return thread != 0 && is_asleep(thread); })) {
                return 1;
            }
            MsgSendPulse(coid, 10, 5, 0);
            self.from.say(1);
            ::pause();
            return 1;
        }};
        EXPECT_EQ(client.from.hear(), 1);
    }
    for (const int code : {5, _PULSE_CODE_DISCONNECT}) {
        ASSERT_EQ(server.receive_pulse(), 0);
        EXPECT_EQ(server.received.pulse.code, code);
    }
    EXPECT_EQ(server.look(), -1);
}

TEST(RemoteMessage, a_forked_child_is_no_sign_of_life_of_its_parent) {
    Server server{_NTO_CHF_DISCONNECT};
    Process::Wire wire;
    ::pid_t grandchild = 0;
    {
        Process client{[&](Process& self) {
            const int coid = ConnectAttach(0, ::getppid(), server.chid, _NTO_SIDE_CHANNEL, 0);
            const ::pid_t child = ::fork();
            if (child == 0) {
                ::pause();
            }
            self.from.say(child);
            MsgSendPulse(coid, 10, 5, 0);
            return 0;
        }};
        grandchild = client.from.hear();
        EXPECT_EQ(client.wait(), 0);
    }
    EXPECT_EQ(server.receive(), 0);
    EXPECT_EQ(server.received.pulse.code, 5);
    EXPECT_EQ(server.receive(), 0);
    EXPECT_EQ(server.received.pulse.code, _PULSE_CODE_DISCONNECT);
    ::kill(grandchild, SIGKILL);
}

TEST(RemoteMessage, connections_of_one_process_share_their_scoid_until_the_last_one_goes) {
    Server server{_NTO_CHF_DISCONNECT};
    Process client{[&](Process& self) {
        const int first = ConnectAttach(0, ::getppid(), server.chid, _NTO_SIDE_CHANNEL, 0);
        const int second = ConnectAttach(0, ::getppid(), server.chid, _NTO_SIDE_CHANNEL, 0);
        struct ::_server_info one = {};
        struct ::_server_info two = {};
        EXPECT_EQ(ConnectServerInfo(0, first, &one), first);
        EXPECT_EQ(ConnectServerInfo(0, second, &two), second);
        EXPECT_EQ(one.scoid, two.scoid);
        EXPECT_EQ(one.pid, ::getppid());
        EXPECT_EQ(one.chid, server.chid);
        EXPECT_EQ(ConnectDetach(first), 0);
        EXPECT_EQ(MsgSendPulse(second, 10, 7, one.scoid), 0);
        EXPECT_EQ(ConnectDetach(second), 0);
        self.from.say(1);
        ::pause();
        return 0;
    }};
    ASSERT_EQ(server.receive(), 0);
    EXPECT_EQ(server.received.pulse.code, 7);
    const int scoid = server.received.pulse.scoid;
    EXPECT_EQ(scoid, server.received.pulse.value.sival_int);
    ASSERT_EQ(server.receive(), 0);
    EXPECT_EQ(server.received.pulse.code, _PULSE_CODE_DISCONNECT);
    EXPECT_EQ(server.received.pulse.scoid, scoid);
    EXPECT_EQ(ConnectDetach(scoid), 0);
}

TEST(RemoteMessage, who_is_not_there_is_esrch) {
    RemoteServer server{0, answer_with_itself};
    EXPECT_EQ(ConnectAttach_r(0, server.process.pid, server.chid + 7, _NTO_SIDE_CHANNEL, 0),
              -ESRCH);
    EXPECT_EQ(ConnectAttach_r(0, ::getppid(), 1, _NTO_SIDE_CHANNEL, 0), -ESRCH);
    EXPECT_EQ(ConnectAttach_r(1, server.process.pid, server.chid, _NTO_SIDE_CHANNEL, 0), -ESRCH);
}

TEST(RemoteMessage, a_private_channel_is_for_its_process_alone) {
    RemoteServer server{0, [](Server&, int rcvid) {
                            MsgReply(rcvid, ChannelCreate(_NTO_CHF_PRIVATE), nullptr, 0);
                            return true;
                        }};
    const long hidden = MsgSend(server.coid, "", 0, nullptr, 0);
    ASSERT_GT(hidden, 0);
    EXPECT_EQ(
        ConnectAttach_r(0, server.process.pid, static_cast<int>(hidden), _NTO_SIDE_CHANNEL, 0),
        -EPERM);
}

TEST(ForkedClients, many_threads_of_many_processes_each_get_their_own_answer) {
    constexpr int clients = 4;
    constexpr int threads = 4;
    constexpr int rounds = 500;
    Server server;
    std::vector<std::thread> serving;
    for (int count = 0; count < 3; ++count) {
        serving.emplace_back([&] {
            std::array<int, 2> message = {};
            int rcvid = 0;
            while ((rcvid = MsgReceive(server.chid, message.data(), sizeof message, nullptr)) > 0) {
                MsgReply(rcvid, message[0], &message[1], sizeof(int));
            }
        });
    }
    std::vector<std::unique_ptr<Process>> processes;
    for (int count = 0; count < clients; ++count) {
        processes.push_back(std::make_unique<Process>([&](Process&) {
            const int coid = ConnectAttach(0, ::getppid(), server.chid, _NTO_SIDE_CHANNEL, 0);
            std::atomic<int> wrong{0};
            std::vector<std::thread> sending;
            for (int thread = 0; thread < threads; ++thread) {
                sending.emplace_back([&, thread] {
                    for (int round = 0; round < rounds; ++round) {
                        const std::array<int, 2> sent = {thread, round};
                        int back = -1;
                        if (MsgSend(coid, sent.data(), sizeof sent, &back, sizeof back) != thread ||
                            back != round) {
                            ++wrong;
                        }
                    }
                });
            }
            for (std::thread& thread : sending) {
                thread.join();
            }
            return wrong == 0 ? 0 : 1;
        }));
    }
    for (const auto& process : processes) {
        EXPECT_EQ(process->wait(), 0);
    }
    ChannelDestroy(server.chid);
    for (std::thread& thread : serving) {
        thread.join();
    }
}

// Makes its channel anew, under the same number, when it is told to by a pulse.
class ReplacedChannel : public ::testing::Test {
protected:
    int serve(Process& self) const {
        auto server = std::make_unique<Server>(_NTO_CHF_DISCONNECT);
        self.from.say(server->chid);
        for (;;) {
            const int rcvid = server->receive();
            if (rcvid > 0) {
                MsgReply(rcvid, 0, nullptr, 0);
            } else if (rcvid < 0) {
                return 1;
            } else if (server->received.pulse.code == _PULSE_CODE_DISCONNECT) {
                gone.set();
            } else {
                server.reset();
                server = std::make_unique<Server>(_NTO_CHF_DISCONNECT);
                self.from.say(server->chid);
            }
        }
    }

    [[nodiscard]] int connect() const {
        return ConnectAttach(0, process.pid, chid, _NTO_SIDE_CHANNEL, 0);
    }

    SharedFlag gone;  // a client of the channel is
    Process process{[this](Process& self) { return serve(self); }};
    const int chid = process.from.hear();
};

TEST_F(ReplacedChannel, an_old_connection_reaches_nothing_of_the_new_one_with_its_number) {
    const int old = connect();
    ASSERT_GE(old, 0);
    EXPECT_EQ(MsgSend(old, "", 0, nullptr, 0), 0);
    EXPECT_EQ(MsgSendPulse(old, 10, 1, 0), 0);
    EXPECT_EQ(process.from.hear(), chid) << "the lowest number is given again";
    const int now = connect();
    ASSERT_GE(now, 0);
    EXPECT_EQ(MsgSend_r(old, "", 0, nullptr, 0), -ESRCH);
    EXPECT_EQ(MsgSendPulse_r(old, 10, 1, 0), 0);
    EXPECT_EQ(ConnectDetach(old), 0);
    EXPECT_EQ(MsgSend(now, "", 0, nullptr, 0), 0);
    EXPECT_FALSE(gone.is_set());
    ConnectDetach(now);
}

// It is stopped until its client has given up, and then connected to somebody who is not there.
TEST_F(ReplacedChannel, a_connection_that_comes_too_late_is_given_up) {
    const std::shared_ptr<ServerLink> link = ServerLink::to(process.pid);
    const int first = connect();
    ASSERT_GE(first, 0);
    process.stop();
    EXPECT_EQ(ConnectAttach_r(0, process.pid, chid, _NTO_SIDE_CHANNEL, 0), -ETIMEDOUT);
    process.go_on();
    EXPECT_EQ(ConnectDetach(first), 0);
    EXPECT_TRUE(until([&] { return gone.is_set(); })) << "no connection is left";
}

}  // namespace
}  // namespace tocsin::qnx
