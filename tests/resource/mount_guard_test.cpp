// Shows that the guard sleeps as long as somebody serves, and wakes when nobody does.
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>
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

std::set<::pid_t> own_threads() {
    std::set<::pid_t> threads;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/task"}) {
        threads.insert(std::stoi(entry.path().filename().string()));
    }
    return threads;
}

// How often the thread has gone to sleep, also when it was woken in vain.
std::int64_t sleeps_of(::pid_t thread) {
    std::ifstream file{"/proc/self/task/" + std::to_string(thread) + "/status"};
    std::string key;
    std::int64_t count = -1;
    while (file >> key && key != "voluntary_ctxt_switches:") {
    }
    file >> count;
    return count;
}

TEST_F(MountGuard, a_loop_that_serves_lets_the_guard_sleep) {
    station.serve();
    std::set<::pid_t> threads = own_threads();
    Guard guard{session, base::Duration::zero()};
    ::pid_t guarding = 0;
    for (const ::pid_t thread : own_threads()) {
        guarding = threads.insert(thread).second ? thread : guarding;
    }
    ASSERT_TRUE(falls_asleep(guarding));
    const std::int64_t before = sleeps_of(guarding);
    constexpr std::int64_t calls = 300;
    const ::pid_t serving = ::gettid();
    std::future<std::int64_t> client = std::async(std::launch::async, [&] {
        const base::Descriptor file{::open(placeholder.path().c_str(), O_WRONLY | O_CLOEXEC)};
        std::int64_t written = 0;
        while (written < calls && falls_asleep(serving) && ::write(file.number(), "x", 1) == 1) {
            ++written;
        }
        return written;
    });
    ASSERT_TRUE(core::turn_until(loop, [&] { return board.log().closed == 1; }));
    EXPECT_EQ(client.get(), calls);
    EXPECT_LT(sleeps_of(guarding) - before, calls / 10);
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
