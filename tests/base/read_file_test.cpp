// Files that are read as a whole.
#include <tocsin/base/read_file.h>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tocsin::base {
namespace {

TEST(ReadFile, gives_all_that_is_in_it) {
    std::string text = "before ";
    ASSERT_FALSE(read_file("/proc/self/stat", text));
    EXPECT_TRUE(text.starts_with("before " + std::to_string(::getpid())));
    EXPECT_EQ(text.back(), '\n');
    // Longer than what is read at a time.
    struct ::stat status = {};
    ASSERT_EQ(::stat("/proc/self/exe", &status), 0);
    std::string program;
    ASSERT_FALSE(read_file("/proc/self/exe", program));
    EXPECT_GT(program.size(), 65'536U);
    EXPECT_EQ(program.size(), static_cast<std::size_t>(status.st_size));
}

TEST(ReadFile, tells_why_there_is_none) {
    std::string text;
    EXPECT_EQ(read_file("/proc/self/nothing", text), std::errc::no_such_file_or_directory);
    EXPECT_EQ(read_file("/proc/self", text), std::errc::is_a_directory);
    EXPECT_EQ(text, "");
}

}  // namespace
}  // namespace tocsin::base
