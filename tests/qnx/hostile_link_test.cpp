// Shows that strangers on a link can do no harm.
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <iterator>
#include <string>
#include <sys/mman.h>
#include <vector>

#include <gtest/gtest.h>

#include <tocsin/qnx/link/area.h>
#include <tocsin/qnx/link/mailbox.h>

#include "process.h"
#include "stranger.h"

namespace tocsin::qnx {
namespace {

base::Descriptor memory(std::size_t size, unsigned seals) {
    base::Descriptor made{::memfd_create("stranger", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
    EXPECT_EQ(::ftruncate(made.number(), static_cast<::off_t>(size)), 0);
    EXPECT_EQ(::fcntl(made.number(), F_ADD_SEALS, seals), 0);
    return made;
}

class HostileLink : public ::testing::Test {
protected:
    // Others are served as before.
    void TearDown() override { EXPECT_EQ(MsgSend(server.coid, "", 0, nullptr, 0), 77); }

    static constexpr unsigned all = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

    RemoteServer server{0, [](Server&, int rcvid) {
                            if (rcvid > 0) {
                                MsgReply(rcvid, 77, nullptr, 0);
                            }
                            return true;
                        }};
};

TEST_F(HostileLink, who_does_not_say_hello_is_turned_away) {
    const Stranger rude{server.process.pid};
    Frame attach;
    attach.kind = FrameKind::attach;
    attach.chid = server.chid;
    EXPECT_TRUE(rude.say(attach));
    EXPECT_TRUE(rude.turned_away());
    const Stranger modern{server.process.pid};
    Frame hello;
    hello.number = frame_version + 1;
    EXPECT_TRUE(modern.say(hello));
    EXPECT_TRUE(modern.turned_away());
}

TEST_F(HostileLink, memory_for_events_has_to_be_such) {
    const base::Descriptor small = memory(4096, all);
    const base::Descriptor loose = memory(Mailbox::size, F_SEAL_SHRINK);
    for (const int passed : {-1, small.number(), loose.number()}) {
        const Stranger stranger{server.process.pid};
        Frame hello;
        hello.number = frame_version;
        EXPECT_TRUE(stranger.say(hello, passed));
        EXPECT_TRUE(stranger.turned_away());
        const Stranger second{server.process.pid};
        second.greet();
        Frame sleepers;
        sleepers.kind = FrameKind::sleepers;
        EXPECT_TRUE(second.say(sleepers, passed));
        EXPECT_TRUE(second.turned_away());
    }
}

TEST_F(HostileLink, what_is_no_frame_ends_the_link) {
    for (const std::size_t size : {std::size_t{1}, sizeof(Frame) - 1, sizeof(Frame) + 1}) {
        const Stranger stranger{server.process.pid};
        stranger.greet();
        const std::vector<char> bytes(size);
        EXPECT_EQ(::send(stranger.socket.number(), bytes.data(), size, 0), ssize_t(size));
        EXPECT_TRUE(stranger.turned_away());
    }
    for (const unsigned kind : {0U, 11U, 0x100U, 0x102U, ~0U}) {
        const Stranger stranger{server.process.pid};
        stranger.greet();
        Frame frame;
        frame.kind = static_cast<FrameKind>(kind);
        EXPECT_TRUE(stranger.say(frame));
        EXPECT_TRUE(stranger.turned_away()) << kind;
    }
}

// What came with the second one would stay open in the server, and nobody would close it.
TEST_F(HostileLink, a_second_descriptor_in_a_frame_is_no_frame_and_leaves_nothing_behind) {
    const std::string open_files = "/proc/" + std::to_string(server.process.pid) + "/fd";
    const auto count = [&] {
        return std::distance(std::filesystem::directory_iterator{open_files}, {});
    };
    const Stranger other{server.process.pid};
    other.greet();
    const auto before = count();
    for (int round = 0; round < 5; ++round) {
        const Stranger stranger{server.process.pid};
        stranger.greet();
        EXPECT_TRUE(stranger.say_with_two(Frame{}));
        EXPECT_TRUE(stranger.turned_away());
    }
    EXPECT_TRUE(until([&] { return count() == before; }));
}

TEST_F(HostileLink, memory_that_could_be_taken_away_is_refused) {
    const auto refused = [&](std::size_t size, unsigned seals, std::uint64_t claimed) {
        const Stranger stranger{server.process.pid};
        stranger.greet();
        Frame area;
        area.kind = FrameKind::area;
        area.size = claimed;
        EXPECT_TRUE(stranger.say(area, memory(size, seals).number()));
        EXPECT_TRUE(stranger.turned_away()) << size << ' ' << seals << ' ' << claimed;
    };
    refused(8192, 0, 8192);
    refused(8192, F_SEAL_SHRINK | F_SEAL_GROW, 8192);
    refused(8192, F_SEAL_GROW | F_SEAL_SEAL, 8192);
    refused(8192, all, 16'384);
    refused(4096, all, 4096);
    refused(8192, all, ~std::uint64_t{0});
    refused(std::size_t{1} << 27U, all, std::uint64_t{1} << 27U);
}

TEST_F(HostileLink, messages_that_do_not_fit_their_area_end_the_link) {
    const auto refused = [&](std::uint64_t size, std::uint64_t room) {
        const Stranger stranger{server.process.pid};
        stranger.greet();
        Frame area;
        area.kind = FrameKind::area;
        area.area = 5;
        area.size = 8192;
        EXPECT_TRUE(stranger.say(area, memory(8192, all).number()));
        Frame message;
        message.kind = FrameKind::message;
        message.chid = server.chid;
        message.area = 5;
        message.size = size;
        message.room = room;
        EXPECT_TRUE(stranger.say(message));
        EXPECT_TRUE(stranger.turned_away()) << size << ' ' << room;
    };
    refused(8192 - Area::header_size + 1, 0);
    refused(1, 8192 - Area::header_size);
    refused(~std::uint64_t{0}, 2);
    refused(2, ~std::uint64_t{0});
}

TEST_F(HostileLink, numbers_that_are_nobodys_change_nothing) {
    const Stranger stranger{server.process.pid};
    stranger.greet();
    for (const FrameKind kind :
         {FrameKind::flags, FrameKind::detach, FrameKind::message, FrameKind::withdraw,
          FrameKind::unblock, FrameKind::pulse, FrameKind::let_go}) {
        Frame frame;
        frame.kind = kind;
        frame.chid = server.chid;
        frame.area = 99;
        EXPECT_TRUE(stranger.say(frame));
    }
    Frame attach;
    attach.kind = FrameKind::attach;
    attach.chid = -1;
    EXPECT_TRUE(stranger.say(attach));
    EXPECT_EQ(stranger.hear().error, ESRCH);
}

TEST_F(HostileLink, a_second_message_in_an_area_that_is_in_use_ends_the_link) {
    RemoteServer silent{0, [](Server&, int) { return true; }};
    const Stranger stranger{silent.process.pid};
    stranger.greet();
    Frame frame;
    frame.kind = FrameKind::attach;
    frame.chid = silent.chid;
    EXPECT_TRUE(stranger.say(frame));
    const Frame attached = stranger.hear();
    EXPECT_EQ(attached.error, 0);
    frame.number = attached.number;
    const base::Descriptor shared = memory(8192, all);
    frame.kind = FrameKind::area;
    frame.size = 8192;
    EXPECT_TRUE(stranger.say(frame, shared.number()));
    // In the state of one that is queued, as its client would have it.
    void* const start = ::mmap(nullptr, 8192, PROT_WRITE, MAP_SHARED, shared.number(), 0);
    (new (start) AreaHeader)->state = AreaState::queued;
    frame.kind = FrameKind::message;
    frame.size = 1;
    EXPECT_TRUE(stranger.say(frame));
    EXPECT_TRUE(stranger.say(frame));
    EXPECT_TRUE(stranger.turned_away());
    ::munmap(start, 8192);
}

}  // namespace
}  // namespace tocsin::qnx
