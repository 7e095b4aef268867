// Shows that unmodified programs are woken once for each trigger, whatever they wait with.
#include <algorithm>
#include <atomic>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <tests/core/patience.h>
#include <tests/core/sanitized.h>
#include <tests/places/places.h>
#include <tests/resource/manager.h>
#include <tests/resource/program.h>
#include <tests/resource/switchboard.h>
#include <tests/resource/temporary_directory.h>
#include <tests/resource/ticker.h>

#include <tocsin/base/descriptor.h>

namespace tocsin::resource {
namespace {

const std::int64_t wakes = core::rounds_or(10'000, 2'000);

std::string client() {
    return places::program("wake_client");
}

std::string expected() {
    const std::string count = std::to_string(wakes);
    return "woken " + count + " messages " + count + " disordered 0";
}

class MountWakes : public testing::TestWithParam<const char*> {};

TEST_P(MountWakes, ten_thousand_triggers_wake_ten_thousand_times) {
    const TemporaryDirectory directory;
    Ticker ticker;
    const Manager manager{directory / "ticker", ticker};
    Program program{{client(), directory / "ticker", GetParam(), std::to_string(wakes)}};
    EXPECT_EQ(program.read_line(), expected());
    EXPECT_EQ(program.wait(), 0);
}

INSTANTIATE_TEST_SUITE_P(, MountWakes,
                         testing::Values("poll", "select", "epoll-level", "epoll-edge",
                                         "epoll-edge-both", "epoll-one-shot", "read"),
                         [](const auto& way) {
                             std::string name = way.param;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

TEST(MountWakesOfMany, two_processes_are_woken_once_for_each_of_their_own_messages) {
    const TemporaryDirectory directory;
    Ticker ticker;
    const Manager manager{directory / "ticker", ticker};
    Program first{{client(), directory / "ticker", "epoll-edge", std::to_string(wakes)}};
    Program second{{client(), directory / "ticker", "poll", std::to_string(wakes)}};
    EXPECT_EQ(first.wait(), 0);
    EXPECT_EQ(second.wait(), 0);
    EXPECT_EQ(first.read_line(), expected());
    EXPECT_EQ(second.read_line(), expected());
}

TEST(MountWakesOfMany, threads_that_serve_wake_as_well_as_a_loop) {
    const TemporaryDirectory directory;
    Ticker ticker;
    const Mount mount{directory / "ticker", ticker, {.threads = 3}};
    Program first{{client(), directory / "ticker", "epoll-edge-both", std::to_string(wakes)}};
    Program second{{client(), directory / "ticker", "read", std::to_string(wakes)}};
    EXPECT_EQ(first.wait(), 0);
    EXPECT_EQ(second.wait(), 0);
    EXPECT_EQ(first.read_line(), expected());
    EXPECT_EQ(second.read_line(), expected());
}

// Takes one unit of a condition each time that poll(2) finds it, and counts how often it has.
class Taker {
public:
    Taker(Switchboard& board, int file, Condition condition, short events)
        : thread_{[this, &board, file, condition, events] {
              ::pollfd entry = {.fd = file, .events = events, .revents = 0};
              while (taken_ < wakes && ::poll(&entry, 1, patience_ms) == 1 &&
                     entry.revents == events) {
                  board.change(condition, -1);
                  ++taken_;
              }
          }} {}
    ~Taker() { thread_.join(); }
    Taker(const Taker&) = delete;
    Taker& operator=(const Taker&) = delete;

    [[nodiscard]] std::int64_t taken() const noexcept { return taken_; }

private:
    static constexpr int patience_ms = 20'000;

    std::atomic<std::int64_t> taken_{0};
    std::thread thread_;
};

TEST(MountWakesOfMany, two_threads_with_different_masks_are_woken_once_for_each_of_their_own) {
    const TemporaryDirectory directory;
    Switchboard board;
    const Manager manager{directory / "board", board};
    const base::Descriptor file{::open((directory / "board").c_str(), O_RDONLY | O_CLOEXEC)};
    {
        const Taker input{board, file.number(), Condition::input, POLLIN};
        const Taker urgent{board, file.number(), Condition::out_of_band, POLLPRI};
        for (std::int64_t put = 1; put <= wakes; ++put) {
            board.put(Condition::input);
            board.put(Condition::out_of_band);
            ASSERT_TRUE(
                core::comes_true([&] { return input.taken() == put && urgent.taken() == put; }));
        }
    }
    // Each reached the kernel once, or not at all when it was met before its thread had armed.
    EXPECT_LE(board.wait_queue().counters().fired, 2U * wakes);
}

}  // namespace
}  // namespace tocsin::resource
