// Shows that each call reaches a FileSystem with all that the kernel says, and its answer the
// kernel; with the test in the kernel's place.
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <string>

#include <gtest/gtest.h>

#include <tests/resource/file_kernel.h>
#include <tests/resource/scribe.h>

namespace tocsin::resource {
namespace {

using namespace std::string_view_literals;

class FileCalls : public testing::Test {
protected:
    void expect_entry(const Answer& answer) {
        EXPECT_EQ(answer.error, 0);
        EXPECT_EQ(answer.payload.size(), sizeof(::fuse_entry_out));
        EXPECT_EQ(answer.as<::fuse_entry_out>().nodeid, 7U);
    }
    void give(std::string_view text) {
        const std::span<const std::byte> bytes = std::as_bytes(std::span{text});
        scribe.given.assign(bytes.begin(), bytes.end());
    }

    Scribe scribe;
    FileKernel kernel{scribe};
};

TEST_F(FileCalls, the_kernel_is_told_what_this_takes_and_wants) {
    const ::fuse_init_out& out = kernel.hello();
    EXPECT_EQ(out.max_write, Channel::write_size_max);
    EXPECT_NE(out.flags & FUSE_ATOMIC_O_TRUNC, 0U);
    EXPECT_EQ(out.flags & (FUSE_DO_READDIRPLUS | FUSE_POSIX_LOCKS | FUSE_FLOCK_LOCKS |
                           FUSE_WRITEBACK_CACHE | FUSE_DONT_MASK),
              0U);
}

TEST_F(FileCalls, look_up_answers_an_entry_with_all_that_stat_tells) {
    struct ::stat& status = scribe.entry.attributes;
    status.st_ino = 1;
    status.st_size = 2;
    status.st_blocks = 3;
    status.st_atim = {.tv_sec = 4, .tv_nsec = 5};
    status.st_mtim = {.tv_sec = 6, .tv_nsec = 7};
    status.st_ctim = {.tv_sec = 8, .tv_nsec = 9};
    status.st_mode = S_IFREG | 0640;
    status.st_nlink = 10;
    status.st_uid = 11;
    status.st_gid = 12;
    status.st_blksize = 13;
    const Answer answer = kernel.ask_names(FUSE_LOOKUP, FUSE_ROOT_ID, "name\0"sv);
    EXPECT_EQ(scribe.line, "look_up 1 name");
    expect_entry(answer);
    const auto out = answer.as<::fuse_entry_out>();
    EXPECT_EQ(out.entry_valid + out.entry_valid_nsec + out.attr_valid + out.attr_valid_nsec, 0U);
    const ::fuse_attr expected = {.ino = 1,
                                  .size = 2,
                                  .blocks = 3,
                                  .atime = 4,
                                  .mtime = 6,
                                  .ctime = 8,
                                  .atimensec = 5,
                                  .mtimensec = 7,
                                  .ctimensec = 9,
                                  .mode = S_IFREG | 0640,
                                  .nlink = 10,
                                  .uid = 11,
                                  .gid = 12,
                                  .rdev = 0,
                                  .blksize = 13,
                                  .flags = 0};
    EXPECT_EQ(std::memcmp(&out.attr, &expected, sizeof expected), 0);
}

TEST_F(FileCalls, an_entry_is_valid_as_long_as_it_says) {
    scribe.entry.valid = std::chrono::milliseconds{2500};
    const auto out = kernel.ask_names(FUSE_LOOKUP, FUSE_ROOT_ID, "name\0"sv).as<::fuse_entry_out>();
    EXPECT_EQ(out.entry_valid, 2U);
    EXPECT_EQ(out.entry_valid_nsec, 500'000'000U);
    EXPECT_EQ(out.attr_valid, 2U);
    const auto attributes = kernel.ask(FUSE_GETATTR, 7, ::fuse_getattr_in{}).as<::fuse_attr_out>();
    EXPECT_EQ(attributes.attr_valid, 2U);
    EXPECT_EQ(attributes.attr_valid_nsec, 500'000'000U);
}

TEST_F(FileCalls, what_is_forgotten_is_counted_one_by_one_or_many_at_once) {
    kernel.send(FUSE_FORGET, 7, ::fuse_forget_in{.nlookup = 3});
    kernel.turn();
    EXPECT_EQ(scribe.line, "forget 7 3;");
    const struct {
        ::fuse_batch_forget_in head;
        ::fuse_forget_one each[2];
    } many = {.head = {.count = 2, .dummy = 0}, .each = {{8, 1}, {9, 2}}};
    kernel.send(FUSE_BATCH_FORGET, 0, many);
    kernel.turn();
    EXPECT_EQ(scribe.line, "forget 7 3;forget 8 1;forget 9 2;");
}

TEST_F(FileCalls, attributes_are_asked_for_and_set_with_a_file_or_without) {
    ::fuse_getattr_in get = {};
    EXPECT_EQ(kernel.ask(FUSE_GETATTR, 7, get).payload.size(), sizeof(::fuse_attr_out));
    EXPECT_EQ(scribe.line, "get_attributes 7 -");
    get.getattr_flags = FUSE_GETATTR_FH;
    get.fh = 70;
    EXPECT_EQ(kernel.ask(FUSE_GETATTR, 7, get).error, 0);
    EXPECT_EQ(scribe.line, "get_attributes 7 70");
    ::fuse_setattr_in set = {};
    set.valid = FATTR_MODE | FATTR_SIZE;
    set.mode = 0640;
    set.size = 44;
    EXPECT_EQ(kernel.ask(FUSE_SETATTR, 7, set).error, 0);
    EXPECT_EQ(scribe.line, "set_attributes 7 - 640 44 9");
    set.valid = FATTR_FH | FATTR_MTIME | FATTR_MTIME_NOW;
    set.fh = 70;
    EXPECT_EQ(kernel.ask(FUSE_SETATTR, 7, set).error, 0);
    EXPECT_EQ(scribe.line, "set_attributes 7 70 640 44 288");
}

TEST_F(FileCalls, what_makes_something_carries_names_modes_and_the_umask) {
    const ::fuse_mknod_in node = {.mode = S_IFREG | 0600, .rdev = 5, .umask = 027, .padding = 0};
    expect_entry(kernel.ask(FUSE_MKNOD, FUSE_ROOT_ID, node, "n\0"sv));
    EXPECT_EQ(scribe.line, "make_node 1 n 100600 5");
    EXPECT_EQ(scribe.caller.umask, 027U);
    const ::fuse_mkdir_in made = {.mode = 0750, .umask = 022};
    expect_entry(kernel.ask(FUSE_MKDIR, FUSE_ROOT_ID, made, "d\0"sv));
    EXPECT_EQ(scribe.line, "make_directory 1 d 750");
    EXPECT_EQ(scribe.caller.umask, 022U);
    expect_entry(kernel.ask_names(FUSE_SYMLINK, FUSE_ROOT_ID, "s\0target\0"sv));
    EXPECT_EQ(scribe.line, "make_symbolic_link 1 s target");
    expect_entry(kernel.ask(FUSE_LINK, FUSE_ROOT_ID, ::fuse_link_in{.oldnodeid = 7}, "l\0"sv));
    EXPECT_EQ(scribe.line, "link 7 1 l");
}

TEST_F(FileCalls, names_are_removed_moved_and_followed) {
    EXPECT_EQ(kernel.ask_names(FUSE_UNLINK, FUSE_ROOT_ID, "f\0"sv).error, 0);
    EXPECT_EQ(scribe.line, "unlink 1 f");
    EXPECT_EQ(kernel.ask_names(FUSE_RMDIR, FUSE_ROOT_ID, "d\0"sv).error, 0);
    EXPECT_EQ(scribe.line, "remove_directory 1 d");
    EXPECT_EQ(kernel.ask(FUSE_RENAME, 2, ::fuse_rename_in{.newdir = 3}, "a\0b\0"sv).error, 0);
    EXPECT_EQ(scribe.line, "rename 2 a 3 b 0");
    const ::fuse_rename2_in flagged = {.newdir = 3, .flags = 1, .padding = 0};
    EXPECT_EQ(kernel.ask(FUSE_RENAME2, 2, flagged, "a\0b\0"sv).error, 0);
    EXPECT_EQ(scribe.line, "rename 2 a 3 b 1");
    EXPECT_EQ(kernel.ask_names(FUSE_READLINK, 7, "").text(), "target");
    EXPECT_EQ(scribe.line, "read_link 7");
    EXPECT_EQ(kernel.ask(FUSE_ACCESS, 7, ::fuse_access_in{.mask = 4, .padding = 0}).error, 0);
    EXPECT_EQ(scribe.line, "access 7 4");
    EXPECT_EQ(kernel.ask_names(FUSE_STATFS, 7, "").as<::fuse_statfs_out>().st.blocks, 12U);
    EXPECT_EQ(scribe.line, "statistics 7");
}

TEST_F(FileCalls, a_stream_and_a_file_are_opened_each_in_its_way) {
    const ::fuse_open_in body = {.flags = O_RDWR | O_TRUNC, .open_flags = 0};
    auto opened = kernel.ask(FUSE_OPEN, 7, body).as<::fuse_open_out>();
    EXPECT_EQ(scribe.line, "open 7 " + std::to_string(O_RDWR | O_TRUNC));
    EXPECT_EQ(opened.fh, 70U);
    const unsigned stream = FOPEN_STREAM | FOPEN_NONSEEKABLE;
    EXPECT_EQ(opened.open_flags & (stream | FOPEN_DIRECT_IO), stream | FOPEN_DIRECT_IO);
    scribe.opened.stream = false;
    opened = kernel.ask(FUSE_OPEN, 7, body).as<::fuse_open_out>();
    EXPECT_EQ(opened.open_flags & (stream | FOPEN_DIRECT_IO), unsigned{FOPEN_DIRECT_IO});
}

TEST_F(FileCalls, a_file_is_made_and_opened_in_one) {
    const ::fuse_create_in body = {
        .flags = O_CREAT | O_WRONLY, .mode = S_IFREG | 0644, .umask = 022, .open_flags = 0};
    const Answer answer = kernel.ask(FUSE_CREATE, FUSE_ROOT_ID, body, "f\0"sv);
    EXPECT_EQ(scribe.line, "create 1 f 100644 " + std::to_string(O_CREAT | O_WRONLY));
    EXPECT_EQ(scribe.caller.umask, 022U);
    ASSERT_EQ(answer.payload.size(), sizeof(::fuse_entry_out) + sizeof(::fuse_open_out));
    EXPECT_EQ(answer.as<::fuse_entry_out>().nodeid, 7U);
    ::fuse_open_out opened = {};
    std::memcpy(&opened, answer.payload.data() + sizeof(::fuse_entry_out), sizeof opened);
    EXPECT_EQ(opened.fh, 70U);
}

TEST_F(FileCalls, reads_and_writes_carry_sizes_offsets_flags_and_the_process) {
    give("bytes");
    ::fuse_read_in read = {};
    read.fh = 70;
    read.size = 100;
    read.offset = 3;
    read.flags = O_NONBLOCK;
    read.lock_owner = 4711;
    EXPECT_EQ(kernel.ask(FUSE_READ, 7, read).text(), "bytes");
    EXPECT_EQ(scribe.line, "read 7 70 100 3 " + std::to_string(O_NONBLOCK));
    EXPECT_EQ(scribe.caller.process, 4711U);
    EXPECT_EQ(scribe.caller.uid, 1000U);
    EXPECT_EQ(scribe.caller.gid, 1000U);
    EXPECT_EQ(static_cast<std::uint32_t>(scribe.caller.thread), FileKernel::stranger);
    ::fuse_write_in write = {};
    write.fh = 70;
    write.size = 4;
    write.offset = 9;
    write.lock_owner = 4712;
    EXPECT_EQ(kernel.ask(FUSE_WRITE, 7, write, "data").as<::fuse_write_out>().size, 4U);
    EXPECT_EQ(scribe.line, "write 7 70 data 9 0");
    EXPECT_EQ(scribe.caller.process, 4712U);
}

TEST_F(FileCalls, an_ioctl_carries_bytes_both_ways_and_a_result) {
    give("answer");
    const ::fuse_ioctl_in body = {
        .fh = 70, .flags = 0, .cmd = 0x4711, .arg = 9, .in_size = 2, .out_size = 6};
    const Answer answer = kernel.ask(FUSE_IOCTL, 7, body, "in");
    EXPECT_EQ(scribe.line, "ioctl 7 70 18193 9 in 6");
    EXPECT_EQ(answer.as<::fuse_ioctl_out>().result, 5);
    EXPECT_EQ(answer.text().substr(sizeof(::fuse_ioctl_out)), "answer");
}

TEST_F(FileCalls, a_poll_is_answered_and_who_waits_is_woken_as_often_as_is_wanted) {
    EXPECT_EQ(kernel.poll(70, POLLIN, false), unsigned{POLLIN});
    EXPECT_EQ(scribe.line, "poll 1 70 1 looks");
    EXPECT_FALSE(scribe.waker);
    scribe.waker.wake();
    EXPECT_EQ(kernel.poll(70, POLLOUT), unsigned{POLLOUT});
    EXPECT_EQ(scribe.line, "poll 1 70 4 waits");
    scribe.waker.wake();
    EXPECT_EQ(kernel.wakes_of(FileKernel::poll_handle_of(70)), 1);
    PollWaker moved{std::move(scribe.waker)};
    scribe.waker.wake();
    moved.wake();
    EXPECT_EQ(kernel.wakes_of(FileKernel::poll_handle_of(70)), 2);
}

TEST_F(FileCalls, files_are_synchronised_flushed_and_released) {
    const ::fuse_fsync_in sync = {.fh = 70, .fsync_flags = 1, .padding = 0};
    EXPECT_EQ(kernel.ask(FUSE_FSYNC, 7, sync).error, 0);
    EXPECT_EQ(scribe.line, "sync 7 70 1");
    EXPECT_EQ(
        kernel.ask(FUSE_FSYNCDIR, 1, ::fuse_fsync_in{.fh = 71, .fsync_flags = 0, .padding = 0})
            .error,
        0);
    EXPECT_EQ(scribe.line, "sync 1 71 0");
    ::fuse_flush_in flush = {};
    flush.fh = 70;
    flush.lock_owner = 4711;
    EXPECT_EQ(kernel.ask(FUSE_FLUSH, 7, flush).error, 0);
    EXPECT_EQ(scribe.line, "flush 7 70");
    EXPECT_EQ(scribe.caller.process, 4711U);
    kernel.release(70);
    EXPECT_EQ(scribe.line, "release 1 70");
}

TEST_F(FileCalls, directories_are_opened_read_and_released) {
    DirectoryEntries entries{1000};
    ASSERT_TRUE(entries.add("name", 42, S_IFDIR | 0700, 1));
    scribe.given.assign(entries.bytes().begin(), entries.bytes().end());
    EXPECT_EQ(kernel.ask(FUSE_OPENDIR, 7, ::fuse_open_in{}).as<::fuse_open_out>().fh, 70U);
    EXPECT_EQ(scribe.line, "open_directory 7 0");
    ::fuse_read_in body = {};
    body.fh = 70;
    body.size = 1000;
    body.offset = 2;
    const Answer answer = kernel.ask(FUSE_READDIR, 7, body);
    EXPECT_EQ(scribe.line, "read_directory 7 70 1000 2");
    const auto entry = answer.as<::fuse_dirent>();
    EXPECT_EQ(entry.ino, 42U);
    EXPECT_EQ(entry.off, 1U);
    EXPECT_EQ(entry.type, unsigned{DT_DIR});
    EXPECT_EQ(answer.text().substr(FUSE_NAME_OFFSET, entry.namelen), "name");
    ::fuse_release_in release = {};
    release.fh = 70;
    EXPECT_EQ(kernel.ask(FUSE_RELEASEDIR, 7, release).error, 0);
    EXPECT_EQ(scribe.line, "release_directory 7 70");
}

TEST_F(FileCalls, an_entry_that_does_not_fit_any_more_is_left_for_the_next_call) {
    constexpr std::size_t one = FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + 4);
    DirectoryEntries entries{2 * one - 1};
    EXPECT_TRUE(entries.add("name", 1, S_IFREG, 1));
    EXPECT_FALSE(entries.add("name", 2, S_IFREG, 2));
    EXPECT_EQ(entries.bytes().size(), one);
}

TEST_F(FileCalls, extended_attributes_are_told_by_length_or_by_value_or_are_too_long) {
    const auto get = [&](std::uint32_t size) {
        return kernel.ask(FUSE_GETXATTR, 7, ::fuse_getxattr_in{.size = size, .padding = 0},
                          "user.x\0"sv);
    };
    EXPECT_EQ(get(0).as<::fuse_getxattr_out>().size, 5U);
    EXPECT_EQ(scribe.line, "get_extended_attribute 7 user.x 0");
    EXPECT_EQ(get(5).text(), "value");
    EXPECT_EQ(get(4).error, ERANGE);
    const ::fuse_getxattr_in list = {.size = 100, .padding = 0};
    EXPECT_EQ(kernel.ask(FUSE_LISTXATTR, 7, list).text(), "names\0"sv);
}

}  // namespace
}  // namespace tocsin::resource
