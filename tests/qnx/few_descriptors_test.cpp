// Shows that a server which has no descriptor left turns away who comes, and serves whom it has.
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/link/area.h>
#include <tocsin/qnx/link/mailbox.h>
#include <tocsin/qnx/link/server_link.h>
#include <tocsin/qnx/link/sleepers.h>

#include "process.h"
#include "stranger.h"

namespace tocsin::qnx {
namespace {

// Another process gets no descriptor beyond those that it has, until this goes.
class NoMoreDescriptors {
public:
    explicit NoMoreDescriptors(::pid_t process) : process_{process} {
        for (const auto& file : std::filesystem::directory_iterator{files()}) {
            most_ = std::max(most_, std::stoi(file.path().filename().string()) + 1);
        }
        begin();
    }
    // Nor in the place of one that it has and closes.
    NoMoreDescriptors(::pid_t process, int most) : process_{process}, most_{most} { begin(); }
    ~NoMoreDescriptors() { ::prlimit(process_, RLIMIT_NOFILE, &before_, nullptr); }
    NoMoreDescriptors(const NoMoreDescriptors&) = delete;
    NoMoreDescriptors& operator=(const NoMoreDescriptors&) = delete;

    [[nodiscard]] int count() const {
        return static_cast<int>(std::distance(std::filesystem::directory_iterator{files()}, {}));
    }
    [[nodiscard]] int most() const { return most_; }

private:
    void begin() {
        ::prlimit(process_, RLIMIT_NOFILE, nullptr, &before_);
        const ::rlimit none = {.rlim_cur = static_cast<::rlim_t>(most_),
                               .rlim_max = before_.rlim_max};
        EXPECT_EQ(::prlimit(process_, RLIMIT_NOFILE, &none, nullptr), 0);
    }
    [[nodiscard]] std::string files() const { return "/proc/" + std::to_string(process_) + "/fd"; }

    const ::pid_t process_;
    int most_ = 0;
    ::rlimit before_ = {};
};

bool answer(Server&, int rcvid) {
    if (rcvid > 0) {
        MsgReply(rcvid, 77, nullptr, 0);
    }
    return true;
}

// With and without free numbers between those that the server was begun with.
class FewDescriptors : public ::testing::TestWithParam<int> {
protected:
    FewDescriptors() {
        EXPECT_EQ(MsgSend(server.coid, "", 0, nullptr, 0), 77);
        early.greet();
        none.emplace(server.process.pid);
        fill();
    }
    // Who comes later is served again.
    void TearDown() override {
        EXPECT_EQ(MsgSend(server.coid, "", 0, nullptr, 0), 77) << "who was there before";
        none.reset();
        const Stranger late{server.process.pid};
        late.greet();
    }

    // There may be numbers between those that are taken, or none. A client takes one for good, and
    // another one while it says hello, to which one may not come who is turned away.
    void fill() {
        bool room = true;
        while (room) {
            taken.push_back(std::make_unique<Stranger>(server.process.pid));
            Frame hello;
            hello.number = frame_version;
            base::Descriptor memory;
            const Mailbox mailbox{memory};
            room = taken.back()->say(hello, memory.number()) && taken.back()->hear().error == 0;
        }
        taken.back() = std::make_unique<Stranger>(server.process.pid);  // says nothing
        EXPECT_TRUE(until([&] { return none->count() == none->most(); }));
    }

    [[nodiscard]] bool is_served(const Stranger& client) const {
        Frame attach;
        attach.kind = FrameKind::attach;
        attach.chid = server.chid;
        const Frame attached = client.say(attach) ? client.hear() : Frame{};
        return attached.kind == FrameKind::attached && attached.error == 0;
    }

    const base::Descriptor high{::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, GetParam())};
    RemoteServer server{0, &answer};
    const Stranger early{server.process.pid};
    std::optional<NoMoreDescriptors> none;
    std::vector<std::unique_ptr<Stranger>> taken;
};

// Each of its threads.
bool is_all_asleep(::pid_t process) {
    const std::string tasks = "/proc/" + std::to_string(process) + "/task";
    return std::ranges::all_of(std::filesystem::directory_iterator{tasks}, [](const auto& task) {
        std::ifstream file{task.path() / "stat"};
        const std::string text{std::istreambuf_iterator<char>{file}, {}};
        return text.substr(text.rfind(')') + 1).starts_with(" S");
    });
}

// One that is woken again and again does not.
bool stays_asleep(::pid_t process) {
    EXPECT_TRUE(until([&] { return is_all_asleep(process); }));
    int awake = 0;
    for (int look = 0; look < 200; ++look) {
        awake += is_all_asleep(process) ? 0 : 1;
    }
    return awake < 50;  // the thread sanitizer has a thread that wakes now and then
}

// One that could not be told so would be there for the server again and again.
TEST_P(FewDescriptors, who_comes_is_turned_away_and_the_server_sleeps) {
    for (int round = 0; round < 3; ++round) {
        const Stranger next{server.process.pid};
        EXPECT_TRUE(next.turned_away());
    }
    EXPECT_TRUE(stays_asleep(server.process.pid));
}

// Its link, with all that the client has armed by it and its other connections, stays.
TEST_P(FewDescriptors, a_message_whose_memory_does_not_arrive_fails_alone) {
    const std::vector<char> large(3 * Area::size_least);
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(MsgSend(server.coid, large.data(), large.size(), nullptr, 0), -1);
        EXPECT_EQ(errno, EAGAIN);
        EXPECT_EQ(MsgSend(server.coid, "", 0, nullptr, 0), 77);
    }
    none.reset();
    EXPECT_EQ(MsgSend(server.coid, large.data(), large.size(), nullptr, 0), 77);
}

// A message through a descriptor shows its memory so.
TEST_P(FewDescriptors, memory_that_does_not_arrive_is_not_taken_for_shown) {
    const std::shared_ptr<ServerLink> link = ServerLink::to(server.process.pid);
    base::Descriptor shared;
    const std::shared_ptr<Area> area = link->take_area(3 * Area::size_least, shared);
    EXPECT_EQ(link->introduce(*area, shared.number()), EAGAIN);
    link->forget(area);
}

// The message may be on its way when the client is told.
TEST_P(FewDescriptors, what_belongs_to_memory_that_did_not_arrive_is_ignored) {
    base::Descriptor shared;
    const auto memory = Area::make(5, Area::size_least, shared);
    Frame area = area_frame(5);
    EXPECT_TRUE(early.say(area, shared.number()));
    for (const FrameKind kind :
         {FrameKind::message, FrameKind::withdraw, FrameKind::unblock, FrameKind::let_go}) {
        area.kind = kind;
        EXPECT_TRUE(early.say(area));
    }
    const Frame refused = early.hear();
    EXPECT_EQ(refused.kind, FrameKind::area_refused);
    EXPECT_EQ(refused.area, 5U);
    EXPECT_EQ(refused.coid, 0);
    EXPECT_TRUE(is_served(early));
}

TEST_P(FewDescriptors, a_client_whose_sleepers_do_not_arrive_is_served_without) {
    base::Descriptor shared;
    const auto memory = Area::make(0, Sleepers::size, shared);
    Frame sleepers;
    sleepers.kind = FrameKind::sleepers;
    EXPECT_TRUE(early.say(sleepers, shared.number()));
    EXPECT_TRUE(is_served(early));
}

// No client of the library does so.
TEST_P(FewDescriptors, a_descriptor_that_no_frame_of_its_kind_has_ends_its_link) {
    Frame attach;
    attach.kind = FrameKind::attach;
    attach.chid = server.chid;
    EXPECT_TRUE(early.say(attach, STDIN_FILENO));
    EXPECT_TRUE(early.turned_away());
}

TEST_P(FewDescriptors, memory_under_a_number_that_is_in_use_ends_its_link) {
    base::Descriptor shared;
    const auto memory = Area::make(4, Area::size_least, shared);
    const Frame area = area_frame(4);
    none.reset();
    EXPECT_TRUE(early.say(area, shared.number()));
    EXPECT_TRUE(is_served(early));
    none.emplace(server.process.pid);
    fill();
    EXPECT_TRUE(early.say(area, shared.number()));
    EXPECT_TRUE(early.turned_away());
}

// What it keeps for that does not help, as when another process takes what was the last one of the
// system, or when it is memory that is missing.
TEST(NoDescriptors, a_server_that_can_turn_nobody_away_sleeps_and_serves_them_later) {
    RemoteServer server{0, &answer};
    EXPECT_EQ(MsgSend(server.coid, "", 0, nullptr, 0), 77);
    std::optional<NoMoreDescriptors> none{std::in_place, server.process.pid, 0};
    const Stranger first{server.process.pid};
    const Stranger second{server.process.pid};
    for (int round = 0; round < 3; ++round) {
        EXPECT_TRUE(stays_asleep(server.process.pid));
        EXPECT_EQ(MsgSend(server.coid, "", 0, nullptr, 0), 77) << "who was there before";
    }
    none.reset();
    first.greet();
    second.greet();
}

INSTANTIATE_TEST_SUITE_P(Numbers, FewDescriptors, ::testing::Values(0, 60));

}  // namespace
}  // namespace tocsin::qnx
