// Shows that the example of the README does what it says.
#include <csignal>

#include <gtest/gtest.h>

#include <tests/core/patience.h>
#include <tests/places/places.h>
#include <tests/resource/program.h>
#include <tests/resource/temporary_directory.h>

#include <tocsin/resource/served.h>

namespace tocsin::resource {
namespace {

TEST(MountDoorbell, who_rings_is_heard_by_everybody_who_listens) {
    const TemporaryDirectory directory;
    const std::string path = directory / "bell";
    Program doorbell{{places::program("doorbell"), path}};
    ASSERT_EQ(doorbell.read_line(), "ready");
    Program first{{"sh", "-c", "exec cat \"$0\" 2>/dev/null", path}};
    Program second{{"sh", "-c", "exec cat \"$0\" 2>/dev/null", path}};
    ASSERT_TRUE(core::comes_true([&] {
        std::string status;
        return !read_status(path, status) && status.find("\"open_count\":2") != std::string::npos;
    }));
    Program ring{{"sh", "-c", "echo ring > \"$0\"", path}};
    EXPECT_EQ(ring.wait(), 0);
    EXPECT_EQ(first.read_line(), "ding");
    EXPECT_EQ(second.read_line(), "ding");
    doorbell.kill(SIGTERM);
    EXPECT_EQ(doorbell.wait(), 0);
    EXPECT_TRUE(directory.empty());
}

TEST(MountDoorbell, a_shell_that_reads_one_byte_at_a_time_gets_the_whole_line_of_each_ring) {
    const TemporaryDirectory directory;
    const std::string path = directory / "bell";
    Program doorbell{{places::program("doorbell"), path}};
    ASSERT_EQ(doorbell.read_line(), "ready");
    Program shell{{"sh", "-c",
                   "exec < \"$0\"; echo ring > \"$0\"; echo ring > \"$0\"; "
                   "read one; read two; echo \"$one $two\"",
                   path}};
    EXPECT_EQ(shell.read_line(), "ding ding");
}

TEST(MountDoorbell, a_path_that_cannot_be_served_is_told_in_one_line) {
    Program doorbell{{"sh", "-c", places::program("doorbell") + " relative 2>&1"}};
    EXPECT_EQ(doorbell.read_line(), "doorbell: cannot serve 'relative': the path is relative: "
                                    "give an absolute one, which begins with a slash");
    EXPECT_EQ(doorbell.read_line(), "");
    EXPECT_EQ(doorbell.wait(), 1);
}

}  // namespace
}  // namespace tocsin::resource
