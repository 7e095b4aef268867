// Shows the time device of the examples: reads that wait for a tick, and a pool of threads.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include <tests/core/patience.h>
#include <tests/places/places.h>
#include <tests/resource/client_calls.h>
#include <tests/resource/program.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/base/descriptor.h>

namespace tocsin::qnx {
namespace {

using resource::Program;
using resource::read_from;

class MountTimeDevice : public testing::Test {
protected:
    MountTimeDevice() { EXPECT_EQ(manager.read_line(), "attached"); }

    [[nodiscard]] base::Descriptor open(int flags = O_RDWR) const {
        return base::Descriptor{::open(path.c_str(), flags | O_CLOEXEC)};
    }
    // From tick to tick.
    void set_interval(const std::string& milliseconds) const {
        const base::Descriptor file = open();
        EXPECT_EQ(::write(file.number(), milliseconds.data(), milliseconds.size()),
                  static_cast<ssize_t>(milliseconds.size()));
    }
    [[nodiscard]] static bool is_time(const std::string& text) {
        return text.size() == sizeof "2026-01-01 00:00:00" && text.starts_with("20") &&
               text.ends_with("\n");
    }

    resource::TemporaryDirectory directory;
    const std::string path = directory / "time";
    // A tick comes when a test wants one.
    Program manager{{places::program("time_device"), path, "10000000"}};
};

TEST_F(MountTimeDevice, the_first_read_tells_the_time_and_the_next_ones_wait_for_a_tick) {
    const base::Descriptor file = open();
    EXPECT_TRUE(is_time(read_from(file)));
    EXPECT_EQ(read_from(open(O_RDONLY | O_NONBLOCK)).size(), sizeof "2026-01-01 00:00:00");
    std::string second;
    std::thread reader{[&] { second = read_from(file); }};
    set_interval("1");
    reader.join();
    EXPECT_TRUE(is_time(second));
    Program head{{"head", "-n", "4", path}};
    for (int count = 0; count < 4; ++count) {
        EXPECT_TRUE(is_time(head.read_line() + "\n"));
    }
    EXPECT_EQ(head.wait(), 0);
}

TEST_F(MountTimeDevice, who_does_not_want_to_wait_is_told_so) {
    const base::Descriptor file = open(O_RDWR | O_NONBLOCK);
    EXPECT_TRUE(is_time(read_from(file)));
    EXPECT_EQ(read_from(file), "errno " + std::to_string(EAGAIN));
    for (const std::string wrong : {"0", "soon", "99999999999", ""}) {
        EXPECT_EQ(::write(file.number(), wrong.data(), wrong.size()), wrong.empty() ? 0 : -1)
            << wrong;
    }
}

// One that comes before the thread waits ends nothing, so it comes until it does.
TEST_F(MountTimeDevice, a_signal_ends_a_wait) {
    const base::Descriptor file = open();
    EXPECT_TRUE(is_time(read_from(file)));
    struct ::sigaction quiet = {};
    quiet.sa_handler = [](int) {};
    struct ::sigaction before = {};
    ::sigaction(SIGUSR1, &quiet, &before);
    std::string got;
    std::atomic<bool> over{false};
    std::thread reader{[&] {
        got = read_from(file);
        over = true;
    }};
    EXPECT_TRUE(core::comes_true([&] {
        ::pthread_kill(reader.native_handle(), SIGUSR1);
        return over.load();
    }));
    reader.join();
    ::sigaction(SIGUSR1, &before, nullptr);
    EXPECT_EQ(got, "errno " + std::to_string(EINTR));
}

TEST_F(MountTimeDevice, many_who_wait_hold_no_thread_of_the_manager) {
    constexpr int count = 40;
    std::vector<std::thread> readers;
    for (int number = 0; number < count; ++number) {
        readers.emplace_back([this] {
            const base::Descriptor file = open();
            EXPECT_TRUE(is_time(read_from(file)));
            EXPECT_TRUE(is_time(read_from(file)));
        });
    }
    // One that comes later is served.
    EXPECT_TRUE(is_time(read_from(open())));
    const std::filesystem::path tasks = "/proc/" + std::to_string(manager.id()) + "/task";
    EXPECT_LE(std::distance(std::filesystem::directory_iterator{tasks}, {}), 8 + 2);
    set_interval("1");
    for (std::thread& reader : readers) {
        reader.join();
    }
}

}  // namespace
}  // namespace tocsin::qnx
