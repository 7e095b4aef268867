// Shows what processes of other users may do to each other. These tests need root, and are named as
// all who do.
#include <cerrno>
#include <cstring>
#include <grp.h>
#include <memory>
#include <semaphore.h>
#include <vector>

#include <gtest/gtest.h>

#include <tocsin/qnx/channels.h>
#include <tocsin/qnx/link/area.h>
#include <tocsin/qnx/link/client_links.h>
#include <tocsin/qnx/link/remote_connection.h>

#include "process.h"
#include "stranger.h"

namespace tocsin::qnx {
namespace {

// A server that other users' processes may be clients of, and the other way round.
void become_nobody() {
    if (::setgroups(0, nullptr) != 0 || ::setgid(65'534) != 0 || ::setuid(65'534) != 0) {
        ::_exit(9);
    }
}

TEST(MountRootLink, a_code_of_the_kernels_is_refused_from_another_user) {
    Server open;
    const std::uint64_t token = Channels::find(open.chid)->token();
    Process nobody{[&](Process&) {
        become_nobody();
        const int coid = RemoteConnection::attach(::getppid(), open.chid, token, 0);
        if (MsgSendPulse_r(coid, 10, _PULSE_CODE_UNBLOCK, 0) != EPERM) {
            return 1;
        }
        // Nor does it help to say so by oneself.
        const Stranger stranger{::getppid()};
        stranger.greet();
        Frame frame;
        frame.kind = FrameKind::attach;
        frame.chid = open.chid;
        frame.number = token;
        stranger.say(frame);
        frame.number = stranger.hear().number;
        frame.kind = FrameKind::pulse;
        frame.event.sigev_code = _PULSE_CODE_UNBLOCK;
        stranger.say(frame);
        return MsgSendPulse_r(coid, 10, 5, 0) == 0 ? 0 : 2;
    }};
    EXPECT_EQ(open.receive(), 0);
    EXPECT_EQ(open.received.pulse.code, 5);
    EXPECT_EQ(nobody.wait(), 0);
    while (open.look() == 0) {
        EXPECT_GE(open.received.pulse.code, -35);
        EXPECT_NE(open.received.pulse.code, _PULSE_CODE_UNBLOCK);
    }
}

// A server of another user's, who delivers what it is sent.
class MountRootServer : public ::testing::Test {
protected:
    static int serve(Process& self) {
        become_nobody();
        Server server;
        self.from.say(server.chid);
        for (;;) {
            const int rcvid = server.receive();
            struct ::sigevent told = {};
            std::memcpy(&told, &server.received, sizeof told);
            MsgReply(rcvid, MsgDeliverEvent_r(rcvid, &told), nullptr, 0);
        }
    }

    ~MountRootServer() override { ConnectDetach(coid); }

    [[nodiscard]] long deliver(const struct ::sigevent& what) const {
        return MsgSend(coid, &what, sizeof what, nullptr, 0);
    }

    // Of the pulses that came, until one that nobody minds; in order.
    [[nodiscard]] std::vector<int> codes_received() {
        struct ::sigevent last = {};
        SIGEV_PULSE_INT_INIT(&last, own.coid, 10, 100, 0);
        EXPECT_EQ(deliver(last), 0);
        std::vector<int> codes;
        while (own.receive() == 0 && own.received.pulse.code != 100) {
            codes.push_back(own.received.pulse.code);
        }
        return codes;
    }
    using Codes = std::vector<int>;

    Process process{serve};
    const int chid = process.from.hear();
    const int coid = ConnectAttach(0, process.pid, chid, _NTO_SIDE_CHANNEL, 0);
    Server own;
    struct ::sigevent event = {};
};

TEST_F(MountRootServer, delivers_pulses_to_own_channels_with_codes_of_programs_and_no_signals) {
    RemoteServer other{0, [](Server& self, int rcvid) {
                           static int pulses = 0;
                           pulses += rcvid == 0 ? 1 : 0;
                           if (rcvid > 0) {
                               MsgReply(rcvid, pulses, nullptr, 0);
                           }
                           return self.chid > 0;
                       }};
    const CountingHandler handler;
    SIGEV_SIGNAL_INIT(&event, SIGUSR1);
    EXPECT_EQ(deliver(event), 0);
    for (const int code : {_PULSE_CODE_UNBLOCK, -1, 5}) {
        SIGEV_PULSE_INT_INIT(&event, own.coid, 10, code, 0);
        EXPECT_EQ(deliver(event), 0);
        event.sigev_coid = other.coid;
        EXPECT_EQ(deliver(event), 0);
    }
    EXPECT_EQ(codes_received(), Codes{5});
    EXPECT_EQ(MsgSend(other.coid, "", 0, nullptr, 0), 0) << "it has got no pulse";
    EXPECT_EQ(CountingHandler::count, 0);
}

TEST_F(MountRootServer, changes_no_code_of_a_registered_pulse_to_one_of_the_kernels) {
    SIGEV_PULSE_INT_INIT(&event, own.coid, 10, 7, 0);
    event.sigev_notify |= SIGEV_FLAG_CODE_UPDATEABLE;
    EXPECT_EQ(MsgRegisterEvent(&event, coid), 0);
    for (const int code : {_PULSE_CODE_UNBLOCK, _PULSE_CODE_DISCONNECT, -4, 9}) {
        event.sigev_code = static_cast<short>(code);
        EXPECT_EQ(deliver(event), 0);
    }
    EXPECT_EQ(codes_received(), (Codes{7, 7, -4, 9}));
    EXPECT_EQ(MsgUnregisterEvent(&event), 0);
}

TEST_F(MountRootServer, posts_no_other_semaphore_than_the_registered_one) {
    ::sem_t registered = {};
    ::sem_t other = {};
    ::sem_init(&registered, 0, 0);
    ::sem_init(&other, 0, 0);
    SIGEV_SEM_INIT(&event, &registered);
    event.sigev_notify |= SIGEV_FLAG_UPDATEABLE;
    EXPECT_EQ(MsgRegisterEvent(&event, coid), 0);
    event.sigev_value.sival_ptr = &other;
    EXPECT_EQ(deliver(event), 0);
    EXPECT_EQ(codes_received(), Codes{});
    EXPECT_EQ(::sem_trywait(&other), -1);
    EXPECT_EQ(::sem_trywait(&registered), 0);
    EXPECT_EQ(MsgUnregisterEvent(&event), 0);
}

// Who says nothing counts as well.
TEST(MountRootLink, links_of_another_user_are_limited_until_they_end) {
    const Server open;
    Process nobody{[](Process&) {
        become_nobody();
        std::vector<std::unique_ptr<Stranger>> strangers;
        for (int count = 1; count < ClientLinks::links_of_user_max; ++count) {
            strangers.push_back(std::make_unique<Stranger>(::getppid()));
        }
        const Stranger last{::getppid()};
        last.greet();
        {
            const Stranger beyond{::getppid()};
            if (!beyond.turned_away()) {
                return 1;
            }
        }
        strangers.clear();
        return until([] {
            const Stranger next{::getppid()};
            Frame hello;
            hello.number = frame_version;
            base::Descriptor memory;
            const Mailbox mailbox{memory};
            return next.say(hello, memory.number()) && next.hear().kind == FrameKind::welcome;
        })
                   ? 0
                   : 2;
    }};
    EXPECT_EQ(nobody.wait(), 0);
}

// What the server answers to memory that it is shown.
FrameKind show(const Stranger& stranger, std::uint32_t number) {
    base::Descriptor descriptor;
    const auto memory = Area::make(number, Area::size_least, descriptor);
    EXPECT_TRUE(stranger.say(area_frame(number, 1), descriptor.number()));
    return stranger.hear().kind;
}

// A process has 65,530 mappings, and other users must not be able to use them up.
TEST(MountRootLink, areas_of_another_user_are_limited_in_all_his_links_together) {
    Server open;
    Process nobody{[](Process&) {
        become_nobody();
        std::vector<std::unique_ptr<Stranger>> strangers;
        int count = 0;
        for (bool refused = false; !refused && count <= ClientLinks::areas_of_user_max;) {
            strangers.push_back(std::make_unique<Stranger>(::getppid()));
            strangers.back()->greet();
            for (std::uint32_t number = 0; !refused && number < ClientLink::areas_max; ++number) {
                const FrameKind told = show(*strangers.back(), number);
                EXPECT_TRUE(told == FrameKind::area_taken || told == FrameKind::area_refused);
                refused = told != FrameKind::area_taken;
                count += refused ? 0 : 1;
            }
        }
        // The link has its client still, who may send what he has memory for.
        return count == ClientLinks::areas_of_user_max &&
                       show(*strangers.back(), ClientLink::areas_max) == FrameKind::area_refused
                   ? 0
                   : 1;
    }};
    EXPECT_EQ(nobody.wait(), 0);
    // They are given back with their links.
    Process next{[](Process&) {
        become_nobody();
        const Stranger stranger{::getppid()};
        stranger.greet();
        return show(stranger, 1) == FrameKind::area_taken ? 0 : 1;
    }};
    EXPECT_EQ(next.wait(), 0);
}

// A server that has not received what tells of their end knows them still.
TEST(MountRootLink, connections_of_another_user_are_limited_until_their_end_is_received) {
    Server open{_NTO_CHF_DISCONNECT};
    const std::uint64_t token = Channels::find(open.chid)->token();
    Process nobody{[&](Process&) {
        become_nobody();
        int count = 0;
        int coid = 0;
        do {
            coid = RemoteConnection::attach(::getppid(), open.chid, token, 0);
            ConnectDetach(coid);
        } while (coid >= 0 && ++count <= ClientLinks::clients_of_user_max);
        return count == ClientLinks::clients_of_user_max && coid == -EAGAIN ? 0 : 1;
    }};
    EXPECT_EQ(nobody.wait(), 0);
    const int own = ConnectAttach_r(0, ::getpid(), open.chid, _NTO_SIDE_CHANNEL, 0);
    EXPECT_GE(own, 0) << "others are not concerned";
    ConnectDetach(own);
}

TEST(MountRootLink, another_user_needs_the_token_of_the_channel) {
    Server open;
    const std::uint64_t token = Channels::find(open.chid)->token();
    Process nobody{[&](Process&) {
        become_nobody();
        const int refused = ConnectAttach_r(0, ::getppid(), open.chid, _NTO_SIDE_CHANNEL, 0);
        const int forged = RemoteConnection::attach(::getppid(), open.chid, token + 1, 0);
        const int coid = RemoteConnection::attach(::getppid(), open.chid, token, 0);
        if (refused != -EPERM || forged != -EPERM || coid < 0) {
            return 1;
        }
        return MsgSendPulse(coid, 10, 5, 0) == 0 ? 0 : 2;
    }};
    EXPECT_EQ(open.receive(), 0);
    EXPECT_EQ(open.received.pulse.code, 5);
    EXPECT_EQ(nobody.wait(), 0);
}

}  // namespace
}  // namespace tocsin::qnx
