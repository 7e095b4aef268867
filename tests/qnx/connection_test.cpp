// Shows how connections and channels are numbered, and how their ends are told.
#include <sys/wait.h>

#include <gtest/gtest.h>

#include <tocsin/qnx/calls.h>
#include <tocsin/qnx/connection.h>

#include "server.h"

namespace tocsin::qnx {
namespace {

TEST(Connection, numbers_are_given_again_and_are_never_those_of_descriptors) {
    Server server;
    const int first = ConnectAttach(0, 0, server.chid, 0, 0);
    const int second = ConnectAttach(0, ::getpid(), server.chid, _NTO_SIDE_CHANNEL, 0);
    EXPECT_GE(first, _NTO_SIDE_CHANNEL);
    EXPECT_NE(first, second);
    EXPECT_EQ(ConnectDetach(first), 0);
    EXPECT_EQ(ConnectDetach_r(first), EINVAL);
    EXPECT_EQ(ConnectAttach(0, 0, server.chid, 0, 0), first);
    EXPECT_EQ(ConnectDetach(first), 0);
    EXPECT_EQ(ConnectDetach(second), 0);
    const int chid = ChannelCreate(0);
    EXPECT_EQ(ChannelDestroy(chid), 0);
    EXPECT_EQ(ChannelCreate(0), chid);
    EXPECT_EQ(ChannelDestroy(chid), 0);
}

TEST(Connection, there_is_none_to_what_is_no_channel) {
    EXPECT_EQ(ConnectAttach_r(0, 0, 4711, 0, 0), -ESRCH);
    EXPECT_EQ(ConnectAttach_r(0, 0, -1, 0, 0), -ESRCH);
    EXPECT_EQ(ConnectAttach_r(1, 0, 1, 0, 0), -ESRCH);
    EXPECT_EQ(ConnectDetach_r(-1), EINVAL);
    EXPECT_EQ(ConnectDetach_r(4711), EINVAL);
    EXPECT_EQ(ChannelDestroy_r(0), EINVAL);
}

TEST(Connection, a_server_is_told_when_the_last_one_of_a_client_goes_and_frees_its_number) {
    Server server{_NTO_CHF_DISCONNECT};
    ::_server_info info = {};
    EXPECT_EQ(ConnectServerInfo(0, server.coid, &info), server.coid);
    const int other = ConnectAttach(0, 0, server.chid, 0, 0);
    EXPECT_EQ(ConnectDetach(server.coid), 0);
    EXPECT_EQ(server.look(), -1);
    EXPECT_EQ(ConnectDetach_r(info.scoid), EINVAL);
    EXPECT_EQ(ConnectDetach(other), 0);
    EXPECT_EQ(server.look(), 0);
    EXPECT_EQ(server.received.pulse.code, _PULSE_CODE_DISCONNECT);
    EXPECT_EQ(server.received.pulse.scoid, info.scoid);
    EXPECT_NE(Calls::find_client(info.scoid), nullptr);
    server.coid = ConnectAttach(0, 0, server.chid, 0, 0);
    ::_server_info next = {};
    EXPECT_EQ(ConnectServerInfo(0, server.coid, &next), server.coid);
    EXPECT_NE(next.scoid, info.scoid);
    EXPECT_EQ(ConnectDetach(info.scoid), 0);
    EXPECT_EQ(Calls::find_client(info.scoid), nullptr);
    EXPECT_EQ(ConnectDetach_r(info.scoid), EINVAL);
}

TEST(Connection, a_client_of_a_server_that_does_not_ask_is_forgotten_at_once) {
    Server server;
    ::_server_info info = {};
    EXPECT_EQ(ConnectServerInfo(0, server.coid, &info), server.coid);
    EXPECT_EQ(ConnectDetach(server.coid), 0);
    EXPECT_EQ(Calls::find_client(info.scoid), nullptr);
    EXPECT_EQ(server.look(), -1);
    server.coid = ConnectAttach(0, 0, server.chid, 0, 0);
}

TEST(Connection, the_death_of_a_server_is_told_for_each_connection) {
    Server watcher{_NTO_CHF_COID_DISCONNECT};
    const int chid = ChannelCreate(0);
    const int first = ConnectAttach(0, 0, chid, 0, 0);
    const int second = ConnectAttach(0, 0, chid, 0, 0);
    EXPECT_EQ(ChannelDestroy(chid), 0);
    for (const int expected : {first, second}) {
        ASSERT_EQ(watcher.look(), 0);
        EXPECT_EQ(watcher.received.pulse.code, _PULSE_CODE_COIDDEATH);
        EXPECT_EQ(watcher.received.pulse.value.sival_int, expected);
    }
    EXPECT_EQ(watcher.look(), -1);
    EXPECT_EQ(ConnectDetach(first), 0);
    EXPECT_EQ(ConnectDetach(second), 0);
}

TEST(Connection, its_server_is_known_and_so_is_the_next_one) {
    Server server;
    ::_server_info info = {};
    EXPECT_EQ(ConnectServerInfo(0, 0, &info), info.coid);
    EXPECT_EQ(ConnectServerInfo(::getpid(), server.coid, &info), server.coid);
    EXPECT_EQ(info.chid, server.chid);
    EXPECT_EQ(info.pid, ::getpid());
    EXPECT_EQ(ConnectServerInfo_r(0, server.coid + 1000, &info), -EINVAL);
    EXPECT_EQ(ConnectServerInfo_r(1, server.coid, &info), -EPERM);
}

TEST(Connection, its_flags_are_read_and_changed) {
    Server server;
    EXPECT_EQ(ConnectFlags(0, server.coid, _NTO_COF_NOEVENT, _NTO_COF_NOEVENT), 0);
    EXPECT_EQ(ConnectFlags(0, server.coid, 0, 0), _NTO_COF_NOEVENT);
    EXPECT_EQ(ConnectFlags_r(0, -1, 0, 0), -EINVAL);
}

TEST(Connection, a_server_knows_who_its_client_is) {
    Server server;
    ::_server_info info = {};
    EXPECT_EQ(ConnectServerInfo(0, server.coid, &info), server.coid);
    ::_client_info client = {};
    EXPECT_EQ(ConnectClientInfo(info.scoid, &client, 0), 0);
    EXPECT_EQ(client.pid, ::getpid());
    EXPECT_EQ(client.cred.euid, ::geteuid());
    EXPECT_EQ(ConnectClientInfo_r(0, &client, 0), EINVAL);
}

TEST(Connection, a_forked_child_has_none_and_can_make_its_own) {
    Server server;
    const ::pid_t child = ::fork();
    if (child == 0) {
        const bool none = MsgSendPulse_r(server.coid, 10, 1, 1) == EBADF &&
                          ConnectAttach_r(0, 0, server.chid, 0, 0) == -ESRCH;
        const int chid = ChannelCreate(0);
        const int coid = ConnectAttach(0, 0, chid, 0, 0);
        const bool own =
            MsgSendPulse(coid, 10, 1, 1) == 0 && MsgReceive(chid, nullptr, 0, nullptr) == 0;
        ::_exit(none && own ? 0 : 1);
    }
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(server.look(), -1);
}

TEST(Connection, messages_on_a_descriptor_go_where_files_are_served) {
    class Files final : public DescriptorCalls {
    public:
        Answer send(int descriptor, Pieces message, Pieces room, Timeout /*timeout*/) override {
            copy(room, 0, message, 0);
            return {.error = 0, .status = descriptor};
        }
        int pulse(int descriptor, const PulseContent& content) noexcept override {
            return descriptor == content.code ? 0 : EBADF;
        }
        ServerIdentity identity(int /*descriptor*/) noexcept override { return 1; }
    } files;
    DescriptorCalls::set(&files);
    std::array<char, 3> room = {};
    EXPECT_EQ(MsgSend(7, "ab", 3, room.data(), room.size()), 7);
    EXPECT_STREQ(room.data(), "ab");
    EXPECT_EQ(MsgSendPulse(7, 10, 7, 0), 0);
    EXPECT_EQ(MsgSendPulse_r(7, 10, 8, 0), EBADF);
    DescriptorCalls::set(nullptr);
    EXPECT_EQ(MsgSend_r(7, "ab", 3, room.data(), room.size()), -EBADF);
}

}  // namespace
}  // namespace tocsin::qnx
