// The fork generation tells a process from its children.
#include <tocsin/base/fork.h>

#include <csignal>
#include <gtest/gtest.h>
#include <set>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tocsin::base {
namespace {

// The generations that a line of `depth` descendants sees, oldest first; all below this process.
bool line_of_children_differs(std::set<std::uint32_t>& seen, int depth) {
    if (!seen.insert(fork_generation()).second) {
        return false;
    }
    if (depth == 0) {
        return true;
    }
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(line_of_children_differs(seen, depth - 1) ? 0 : 1);
    }
    int status = 1;
    return ::waitpid(child, &status, 0) == child && status == 0;
}

TEST(ForkGeneration, differs_in_every_descendant_down_the_line) {
    std::set<std::uint32_t> seen;
    EXPECT_TRUE(line_of_children_differs(seen, 5));
}

// As _Fork(3) and libraries do that want no handlers of pthread_atfork(3) to run.
TEST(ForkGeneration, differs_in_a_child_that_was_forked_by_the_bare_system_call) {
    const std::uint32_t before = fork_generation();
    const long child = ::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
    if (child == 0) {
        const std::uint32_t own = fork_generation();
        ::_exit(own != before && own == fork_generation() ? 0 : 1);
    }
    int status = 1;
    ASSERT_EQ(::waitpid(static_cast<pid_t>(child), &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(fork_generation(), before);
}

TEST(ForkGeneration, stays_the_same_in_a_parent_that_forks) {
    const std::uint32_t before = fork_generation();
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
    EXPECT_EQ(fork_generation(), before);
}

}  // namespace
}  // namespace tocsin::base
