// Checks stop a mistaken program with a message.
#include <tocsin/base/check.h>

#include <csignal>
#include <gtest/gtest.h>

namespace tocsin::base {
namespace {

TEST(Check, lets_a_program_without_a_mistake_go_on) {
    check(true, "not said");
}

TEST(CheckDeathTest, writes_the_message_as_one_line_and_aborts) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(check(1 > 2, "Thing::act: it is not ready; prepare it first"),
                testing::KilledBySignal(SIGABRT),
                "^tocsin: Thing::act: it is not ready; prepare it first\n");
}

TEST(CheckDeathTest, works_in_a_signal_handler) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(
        {
            std::signal(SIGUSR1, [](int) { stop_program("in a handler"); });
            std::raise(SIGUSR1);
        },
        testing::KilledBySignal(SIGABRT), "tocsin: in a handler\n");
}

}  // namespace
}  // namespace tocsin::base
