// Shows names, attributes and the status, with the test in the kernel's place.
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tests/resource/switchboard.h>
#include <tests/resource/test_kernel.h>

namespace tocsin::resource {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string with_zero(std::string_view name) {
    std::string text{name};
    text.push_back('\0');
    return text;
}

Answer ask_status(TestKernel& kernel, std::uint32_t size, std::uint64_t node = FUSE_ROOT_ID) {
    const ::fuse_getxattr_in body = {.size = size, .padding = 0};
    return kernel.ask(FUSE_GETXATTR, node, body, std::string_view{"user.tocsin.status\0", 19});
}

Answer look_up(TestKernel& kernel, std::uint64_t node, std::string_view name) {
    return kernel.ask(FUSE_LOOKUP, node, std::span<const std::byte>{},
                      std::string_view{with_zero(name)});
}

TEST(SessionTree, a_resource_says_what_stat_is_to_say) {
    Switchboard board{{.mode = 0640, .uid = 7, .gid = 8, .size = 99, .seekable = true}};
    TestKernel kernel{&board};
    const auto answer =
        kernel.ask(FUSE_GETATTR, FUSE_ROOT_ID, ::fuse_getattr_in{}).as<::fuse_attr_out>();
    EXPECT_EQ(answer.attr.mode, S_IFREG | 0640U);
    EXPECT_EQ(answer.attr.uid, 7U);
    EXPECT_EQ(answer.attr.gid, 8U);
    EXPECT_EQ(answer.attr.size, 99U);
    EXPECT_EQ(answer.attr_valid, 0U);
}

TEST(SessionTree, a_stream_has_no_size_and_no_position) {
    Switchboard board{{.size = 99}};
    TestKernel kernel{&board};
    const auto attributes =
        kernel.ask(FUSE_GETATTR, FUSE_ROOT_ID, ::fuse_getattr_in{}).as<::fuse_attr_out>();
    EXPECT_EQ(attributes.attr.size, 0U);
    const ::fuse_open_in body = {.flags = O_RDWR, .open_flags = 0};
    const auto opened = kernel.ask(FUSE_OPEN, FUSE_ROOT_ID, body).as<::fuse_open_out>();
    EXPECT_NE(opened.open_flags & FOPEN_STREAM, 0U);
    EXPECT_NE(opened.open_flags & FOPEN_DIRECT_IO, 0U);
}

TEST(SessionTree, a_time_beyond_all_bounds_becomes_the_furthest_there_is) {
    Switchboard board;
    TestKernel kernel{&board};
    for (const std::int64_t seconds : {INT64_MAX, INT64_MIN, INT64_MAX / 1'000'000'000}) {
        ::fuse_setattr_in wanted = {};
        wanted.valid = FATTR_ATIME;
        wanted.atime = static_cast<std::uint64_t>(seconds);
        wanted.atimensec = 999'999'999;
        const Answer answer = kernel.ask(FUSE_SETATTR, FUSE_ROOT_ID, wanted);
        ASSERT_EQ(answer.error, 0);
        const auto told = static_cast<std::int64_t>(answer.as<::fuse_attr_out>().attr.atime);
        EXPECT_EQ(told > 0, seconds > 0);
        EXPECT_GT(std::abs(told), 9'000'000'000);
    }
}

TEST(SessionTree, names_lead_to_resources_and_directories_and_nowhere_else) {
    Switchboard one;
    Switchboard two;
    Directory inner;
    Directory outer;
    ASSERT_FALSE(inner.add("two", two));
    ASSERT_FALSE(outer.add("one", one));
    ASSERT_FALSE(outer.add("inner", inner));
    TestKernel kernel{&outer};
    const auto found = look_up(kernel, FUSE_ROOT_ID, "inner").as<::fuse_entry_out>();
    ASSERT_NE(found.nodeid, 0U);
    EXPECT_EQ(found.attr.mode & S_IFMT, unsigned{S_IFDIR});
    const auto deep = look_up(kernel, found.nodeid, "two").as<::fuse_entry_out>();
    EXPECT_EQ(deep.attr.mode & S_IFMT, unsigned{S_IFREG});
    EXPECT_EQ(look_up(kernel, FUSE_ROOT_ID, "two").error, ENOENT);
    EXPECT_EQ(look_up(kernel, deep.nodeid, "x").error, ENOENT);
    EXPECT_EQ(look_up(kernel, 4711, "x").error, ENOENT);
    EXPECT_NE(kernel.open(O_RDONLY, deep.nodeid), 0U);
    EXPECT_EQ(two.log().opened, 1);
}

TEST(SessionTree, a_directory_refuses_names_that_cannot_be) {
    Switchboard board;
    Directory directory;
    const std::string longest(255, 'n');
    EXPECT_FALSE(directory.add(longest, board));
    EXPECT_EQ(directory.add(longest, board), std::errc::file_exists);
    EXPECT_EQ(directory.add(longest + "n", board), std::errc::filename_too_long);
    for (const std::string_view name : {"", ".", "..", "a/b"}) {
        EXPECT_EQ(directory.add(name, board), std::errc::invalid_argument) << name;
    }
    EXPECT_EQ(directory.add(std::string_view{"a\0b", 3}, board), std::errc::invalid_argument);
}

TEST(SessionTree, nodes_that_nobody_was_told_of_are_refused) {
    Switchboard board;
    TestKernel kernel{&board};
    for (const std::uint64_t node : {std::uint64_t{0}, std::uint64_t{2}, UINT64_MAX}) {
        EXPECT_EQ(kernel.ask(FUSE_GETATTR, node, ::fuse_getattr_in{}).error, ENOENT);
        EXPECT_EQ(kernel.ask(FUSE_OPEN, node, ::fuse_open_in{}).error, ENOENT);
        EXPECT_NE(ask_status(kernel, 4096, node).error, 0);
    }
}

TEST(SessionTree, the_status_tells_who_waits_for_what) {
    Switchboard board;
    TestKernel kernel{&board};
    const std::uint64_t file = kernel.open(O_RDONLY);
    static_cast<void>(kernel.send_read(file));
    ASSERT_EQ(kernel.poll(file, POLLIN), 0U);
    const Answer answer = ask_status(kernel, 65536);
    ASSERT_EQ(answer.error, 0);
    EXPECT_THAT(answer.text(), HasSubstr(R"("open_count":1)"));
    EXPECT_THAT(answer.text(), HasSubstr(R"("thread":2147483632,"uid":1000)"));
    EXPECT_THAT(answer.text(), HasSubstr(R"("parked":1)"));
    EXPECT_THAT(answer.text(), HasSubstr(R"({"condition":"input","threshold":1,"age_ms":)"));
    EXPECT_THAT(answer.text(), HasSubstr(R"("reads":1)"));
    board.put(Condition::input);
    EXPECT_THAT(ask_status(kernel, 65536).text(), Not(HasSubstr(R"("condition":"input")")));
}

TEST(SessionTree, the_status_is_bounded_and_says_how_much_it_leaves_out) {
    Switchboard board;
    TestKernel kernel{&board};
    constexpr int clients = 1000;
    for (int client = 0; client < clients; ++client) {
        ASSERT_EQ(kernel.poll(kernel.open(O_RDONLY), POLLIN), 0U);
    }
    const Answer answer = ask_status(kernel, 65536);
    ASSERT_EQ(answer.error, 0);
    EXPECT_THAT(answer.text(), HasSubstr(R"("open_count":1000)"));
    EXPECT_THAT(answer.text(), Not(HasSubstr(R"("open_omitted":0)")));
    EXPECT_GT(answer.text().size(), 60000U);
}

TEST(SessionTree, a_status_that_does_not_fit_the_buffer_is_erange) {
    Switchboard board;
    TestKernel kernel{&board};
    EXPECT_EQ(ask_status(kernel, 10).error, ERANGE);
    EXPECT_GT(ask_status(kernel, 0).as<::fuse_getxattr_out>().size, 100U);
}

}  // namespace
}  // namespace tocsin::resource
