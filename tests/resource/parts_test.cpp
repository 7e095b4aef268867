// Shows the small parts of the room: the kernel's list of mounts, the writing of JSON.
#include <gtest/gtest.h>

#include <tocsin/resource/errors.h>
#include <tocsin/resource/json_text.h>
#include <tocsin/resource/mount_table.h>

namespace tocsin::resource {
namespace {

TEST(TableOfMounts, a_line_is_taken_apart) {
    MountEntry entry;
    ASSERT_TRUE(parse_mount_line("42 27 0:39 / /tmp/a\\040b\\134c rw,nosuid shared:1 master:2 - "
                                 "fuse.tocsin tocsin:made rw,user_id=12,group_id=34",
                                 entry));
    EXPECT_EQ(entry.id, 42U);
    EXPECT_EQ(entry.path, "/tmp/a b\\c");
    EXPECT_EQ(entry.type, "fuse.tocsin");
    EXPECT_EQ(entry.source, "tocsin:made");
    EXPECT_EQ(entry.device, 39U);
    EXPECT_EQ(entry.uid, 12U);
    EXPECT_EQ(entry.gid, 34U);
}

TEST(TableOfMounts, what_is_no_such_line_is_refused) {
    MountEntry entry;
    for (const std::string_view line :
         {"", " ", "x", "42 27 0:39 /", "42 27 0:39 / relative rw - t s", "42 27 0:39 / /p rw",
          "42 27 0:39 / /p rw -", "x 27 0:39 / /p rw - t s", "- - - - - - -"}) {
        EXPECT_FALSE(parse_mount_line(line, entry)) << line;
    }
}

TEST(TableOfMounts, the_topmost_of_a_path_is_found) {
    const std::vector<MountEntry> entries = {
        {.id = 1, .path = "/a", .type = "ext4", .source = {}},
        {.id = 2, .path = "/a", .type = "fuse.tocsin", .source = {}},
        {.id = 3, .path = "/b", .type = "ext4", .source = {}}};
    ASSERT_NE(find_mount(entries, "/a"), nullptr);
    EXPECT_EQ(find_mount(entries, "/a")->id, 2U);
    EXPECT_EQ(find_mount(entries, "/c"), nullptr);
}

TEST(JsonWriting, brackets_and_commas_come_where_they_belong) {
    JsonText text;
    text.open('{');
    text.member("a", 1);
    text.key("b");
    text.open('[');
    text.value(-2);
    text.open('{');
    text.close('}');
    text.close(']');
    text.member("c", std::string_view{"d"});
    text.close('}');
    EXPECT_EQ(text.text(), R"({"a":1,"b":[-2,{}],"c":"d"})");
}

TEST(JsonWriting, any_bytes_make_a_valid_text) {
    JsonText text;
    text.value(std::string_view{"\"\\\n\x7f\xc3\0z", 7});
    EXPECT_EQ(text.text(), R"("\"\\\u000a\u007f\u00c3\u0000z")");
}

TEST(ResourceErrors, can_be_compared_without_knowing_their_category) {
    EXPECT_EQ(make_error_code(Error::relative_path), std::errc::invalid_argument);
    EXPECT_EQ(make_error_code(Error::already_mounted), std::errc::device_or_resource_busy);
    EXPECT_EQ(make_error_code(Error::no_fuse), std::errc::no_such_device);
    EXPECT_EQ(make_error_code(Error::mount_refused), std::errc::operation_not_permitted);
}

}  // namespace
}  // namespace tocsin::resource
