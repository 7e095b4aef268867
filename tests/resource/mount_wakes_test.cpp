// Shows that unmodified programs are woken once for each trigger, whatever they wait with.
#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include <tests/core/sanitized.h>
#include <tests/resource/manager.h>
#include <tests/resource/program.h>
#include <tests/resource/temporary_directory.h>
#include <tests/resource/ticker.h>

namespace tocsin::resource {
namespace {

constexpr std::int64_t wakes = core::rounds_or(10'000, 2'000);

std::string client() {
    return TOCSIN_BIN_DIR "/wake_client";
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

TEST(MountWakesOfMany, two_processes_are_woken_for_their_own_messages) {
    const TemporaryDirectory directory;
    Ticker ticker;
    const Manager manager{directory / "ticker", ticker};
    Program first{{client(), directory / "ticker", "epoll-edge", std::to_string(wakes)}};
    Program second{{client(), directory / "ticker", "poll", std::to_string(wakes)}};
    EXPECT_EQ(first.wait(), 0);
    EXPECT_EQ(second.wait(), 0);
    const std::string messages = " messages " + std::to_string(wakes) + " disordered 0";
    EXPECT_NE(first.read_line().find(messages), std::string::npos);
    EXPECT_NE(second.read_line().find(messages), std::string::npos);
}

TEST(MountWakesOfMany, threads_that_serve_wake_as_well_as_a_loop) {
    const TemporaryDirectory directory;
    Ticker ticker;
    const Mount mount{directory / "ticker", ticker, {.threads = 3}};
    Program first{{client(), directory / "ticker", "epoll-edge-both", std::to_string(wakes)}};
    Program second{{client(), directory / "ticker", "read", std::to_string(wakes)}};
    EXPECT_EQ(first.wait(), 0);
    EXPECT_EQ(second.wait(), 0);
    const std::string messages = " messages " + std::to_string(wakes) + " disordered 0";
    EXPECT_NE(first.read_line().find(messages), std::string::npos);
    EXPECT_NE(second.read_line().find(messages), std::string::npos);
}

}  // namespace
}  // namespace tocsin::resource
