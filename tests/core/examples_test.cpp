// Starts the examples that need nothing but the core.
#include <array>
#include <cstdio>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <sys/wait.h>
#include <tests/places/places.h>

namespace tocsin::core {
namespace {

struct Outcome {
    int status = -1;
    std::string output;
};

Outcome run_example(const std::string& name) {
    Outcome outcome;
    FILE* const program = ::popen(places::program(name).c_str(), "re");
    if (program == nullptr) {
        return outcome;
    }
    std::array<char, 512> piece{};
    while (std::fgets(piece.data(), static_cast<int>(piece.size()), program) != nullptr) {
        outcome.output += piece.data();
    }
    const int status = ::pclose(program);
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome;
}

TEST(Examples, wake_from_anywhere_loses_no_post) {
    const Outcome outcome = run_example("wake_from_anywhere");
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.output, "4000 posts seen, in no more than 4000 deliveries: yes\n");
}

TEST(Examples, signal_and_child_is_told_of_both) {
    const Outcome outcome = run_example("signal_and_child");
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.output, testing::HasSubstr("the child has sent SIGUSR1\n"));
    EXPECT_THAT(outcome.output, testing::HasSubstr("the child has ended with status 7\n"));
}

}  // namespace
}  // namespace tocsin::core
