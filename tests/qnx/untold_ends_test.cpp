// Shows that the end of each connection has a place while the server cannot be told, and that a
// server cannot have more kept.
#include <cerrno>
#include <memory>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/link/server_link.h>
#include <tocsin/qnx/link/socket.h>
#include <tocsin/qnx/link/untold_ends.h>

#include "connected_pair.h"
#include "process.h"

namespace tocsin::qnx {
namespace {

class UntoldEndsTest : public ::testing::Test {
protected:
    UntoldEndsTest() {
        ConnectedPair pair;
        server = std::move(pair.one);
        link = std::make_shared<ServerLink>(::getpid(), std::move(pair.other));
        ends = std::make_unique<UntoldEnds>(*link);
        while (link->send(Frame{}) == 0) {
        }
    }

    // How many ends there are behind what has filled the link.
    [[nodiscard]] int read_all() const {
        int count = 0;
        Frame frame;
        base::Descriptor passed;
        while (LinkSocket::receive(server.number(), frame, passed) == 0) {
            count += frame.kind == FrameKind::detach ? 1 : 0;
        }
        return count;
    }

    base::Descriptor server;
    std::shared_ptr<ServerLink> link;
    std::unique_ptr<UntoldEnds> ends;
};

TEST_F(UntoldEndsTest, each_that_is_expected_is_kept_until_there_is_room) {
    constexpr int count = 50;
    for (int round = 0; round < 2; ++round) {
        for (int each = 0; each < count; ++each) {
            ends->expect();
        }
        for (int each = 0; each < count; ++each) {
            EXPECT_TRUE(ends->tell({.chid = 1, .scoid = each, .flags = 0}));
        }
        EXPECT_EQ(ends->tell_kept(), EAGAIN);
        EXPECT_EQ(read_all(), 0);
        EXPECT_EQ(ends->tell_kept(), 0);
        EXPECT_EQ(read_all(), count);
        while (link->send(Frame{}) == 0) {
        }
    }
}

TEST_F(UntoldEndsTest, none_is_kept_that_is_not_expected) {
    EXPECT_FALSE(ends->tell({}));
    ends->expect();
    ends->does_not_come();
    ends->does_not_come();
    EXPECT_FALSE(ends->tell({}));
    ends->expect();
    EXPECT_TRUE(ends->tell({}));
    EXPECT_FALSE(ends->tell({}));
    ends->does_not_come();
    EXPECT_EQ(read_all(), 0);
    EXPECT_EQ(ends->tell_kept(), 0);
    EXPECT_EQ(read_all(), 1);
    // Its place went with it.
    while (link->send(Frame{}) == 0) {
    }
    EXPECT_FALSE(ends->tell({}));
}

TEST_F(UntoldEndsTest, a_server_that_is_gone_need_not_be_told) {
    ends->expect();
    EXPECT_TRUE(ends->tell({}));
    server.reset();
    EXPECT_EQ(ends->tell_kept(), 0);
}

// Which reads nothing, so that its link is full, from when this is made until it goes on.
class Stopped {
public:
    explicit Stopped(const RemoteServer& server) : process_{server.process} {
        process_.stop();
        EXPECT_TRUE(until([&] { return MsgSendPulse(server.coid, -1, 1, 0) != 0; }));
        EXPECT_EQ(errno, EAGAIN);
    }
    ~Stopped() { process_.go_on(); }
    Stopped(const Stopped&) = delete;
    Stopped& operator=(const Stopped&) = delete;

private:
    const Process& process_;
};

// It kept them as long as the link, which others had use for.
TEST(UntoldEnds, a_server_that_has_too_much_to_read_is_told_later_of_connections_that_end) {
    const SharedFlag told;
    const RemoteServer server{_NTO_CHF_DISCONNECT, [&](Server& self, int rcvid) {
                                  if (rcvid == 0 &&
                                      self.received.pulse.code == _PULSE_CODE_DISCONNECT) {
                                      told.set();
                                  }
                                  return true;
                              }};
    const std::shared_ptr<ServerLink> link = ServerLink::to(server.process.pid);
    std::vector<int> connections(100);
    for (int& coid : connections) {
        coid = ConnectAttach(0, server.process.pid, server.chid, _NTO_SIDE_CHANNEL, 0);
        EXPECT_GE(coid, 0);
    }
    connections.push_back(server.coid);
    {
        const Stopped full{server};
        for (const int coid : connections) {
            EXPECT_EQ(ConnectDetach(coid), 0);
        }
        EXPECT_FALSE(told.is_set());
    }
    EXPECT_TRUE(until([&] { return told.is_set(); }));
    EXPECT_FALSE(link->ended());
}

}  // namespace
}  // namespace tocsin::qnx
