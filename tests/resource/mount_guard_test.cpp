// Shows that the guard sleeps as long as somebody serves, and wakes when nobody does.
#include <fcntl.h>
#include <fstream>
#include <future>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tests/core/patience.h>
#include <tests/resource/switchboard.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/resource/guard.h>
#include <tocsin/resource/mount_point.h>
#include <tocsin/resource/station.h>

namespace tocsin::resource {
namespace {

// The parts of a Mount, in their order.
class MountGuard : public testing::Test {
protected:
    TemporaryDirectory directory;
    Switchboard board;
    core::Loop loop;
    Placeholder placeholder{directory / "board", Placeholder::Kind::file};
    MountPoint point{placeholder};
    Session session{point.take_device(), &board, placeholder.path()};
    Station station{loop, session, Station::Role::first, {}};
};

// Whether the thread comes to sleep.
bool falls_asleep(::pid_t thread) {
    return core::comes_true([&] {
        std::ifstream file{"/proc/self/task/" + std::to_string(thread) + "/stat"};
        std::string text;
        std::getline(file, text);
        const std::size_t name_end = text.rfind(')');
        return name_end != std::string::npos && text.substr(name_end, 3) == ") S";
    });
}

TEST_F(MountGuard, a_loop_that_serves_lets_the_guard_sleep) {
    station.serve();
    Guard guard{session, base::Duration::zero()};
    constexpr std::uint64_t calls = 300;
    const ::pid_t serving = ::gettid();
    std::future<std::uint64_t> client = std::async(std::launch::async, [&] {
        const base::Descriptor file{::open(placeholder.path().c_str(), O_WRONLY | O_CLOEXEC)};
        std::uint64_t written = 0;
        while (written < calls && falls_asleep(serving) && ::write(file.number(), "x", 1) == 1) {
            ++written;
        }
        return written;
    });
    ASSERT_TRUE(core::turn_until(loop, [&] { return board.log().closed == 1; }));
    EXPECT_EQ(client.get(), calls);
    EXPECT_LT(guard.woken_count(), calls / 3);
    RecordProperty("woken", std::to_string(guard.woken_count()));
}

TEST_F(MountGuard, a_loop_that_does_not_turn_wakes_the_guard_which_hands_over) {
    station.serve();
    Guard guard{session};
    std::future<int> client = std::async(std::launch::async, [&] {
        return base::Descriptor{::open(placeholder.path().c_str(), O_RDONLY | O_CLOEXEC)} ? 1 : 0;
    });
    // More than once: the client asks for attributes first, and nobody else takes that question.
    EXPECT_TRUE(core::comes_true([&] { return guard.woken_count() > 0; }));
    ASSERT_TRUE(core::turn_until(loop, [&] { return board.log().closed == 1; }));
    EXPECT_EQ(client.get(), 1);
}

}  // namespace
}  // namespace tocsin::resource
