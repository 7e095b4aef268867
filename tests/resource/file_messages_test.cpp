// Shows that broken messages harm nobody; with the test in the kernel's place.
#include <cerrno>
#include <linux/fuse.h>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <tests/resource/file_kernel.h>
#include <tests/resource/scribe.h>
#include <tests/resource/switchboard.h>
#include <tests/resource/test_kernel.h>

namespace tocsin::resource {
namespace {

using namespace std::string_view_literals;

template <typename T>
std::string bytes_of(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

// Every call that names something, or carries something, at its shortest.
std::vector<std::pair<std::uint32_t, std::string>> shortest_messages() {
    ::fuse_write_in write = {};
    write.size = 4;
    ::fuse_ioctl_in ioctl = {};
    ioctl.in_size = 4;
    const std::string names{"a\0b\0"sv};
    const std::string name{"a\0"sv};
    return {{FUSE_LOOKUP, name},
            {FUSE_GETATTR, bytes_of(::fuse_getattr_in{})},
            {FUSE_SETATTR, bytes_of(::fuse_setattr_in{})},
            {FUSE_SYMLINK, names},
            {FUSE_MKNOD, bytes_of(::fuse_mknod_in{}) + name},
            {FUSE_MKDIR, bytes_of(::fuse_mkdir_in{}) + name},
            {FUSE_UNLINK, name},
            {FUSE_RMDIR, name},
            {FUSE_RENAME, bytes_of(::fuse_rename_in{}) + names},
            {FUSE_RENAME2, bytes_of(::fuse_rename2_in{}) + names},
            {FUSE_LINK, bytes_of(::fuse_link_in{}) + name},
            {FUSE_OPEN, bytes_of(::fuse_open_in{})},
            {FUSE_READ, bytes_of(::fuse_read_in{})},
            {FUSE_WRITE, bytes_of(write) + "data"},
            {FUSE_RELEASE, bytes_of(::fuse_release_in{})},
            {FUSE_FSYNC, bytes_of(::fuse_fsync_in{})},
            {FUSE_GETXATTR, bytes_of(::fuse_getxattr_in{}) + name},
            {FUSE_LISTXATTR, bytes_of(::fuse_getxattr_in{})},
            {FUSE_FLUSH, bytes_of(::fuse_flush_in{})},
            {FUSE_OPENDIR, bytes_of(::fuse_open_in{})},
            {FUSE_READDIR, bytes_of(::fuse_read_in{})},
            {FUSE_RELEASEDIR, bytes_of(::fuse_release_in{})},
            {FUSE_FSYNCDIR, bytes_of(::fuse_fsync_in{})},
            {FUSE_ACCESS, bytes_of(::fuse_access_in{})},
            {FUSE_CREATE, bytes_of(::fuse_create_in{}) + name},
            {FUSE_IOCTL, bytes_of(ioctl) + "data"},
            {FUSE_POLL, bytes_of(::fuse_poll_in{})}};
}

TEST(FileMessages, a_message_that_is_cut_short_anywhere_is_eio_and_reaches_nobody) {
    Scribe scribe;
    FileKernel kernel{scribe};
    for (const auto& [opcode, body] : shortest_messages()) {
        EXPECT_EQ(kernel.ask_names(opcode, FUSE_ROOT_ID, body).error, 0) << opcode;
        EXPECT_NE(std::exchange(scribe.line, ""), "") << opcode;
        for (std::size_t size = 0; size < body.size(); ++size) {
            const std::string_view part = std::string_view{body}.substr(0, size);
            EXPECT_EQ(kernel.ask_names(opcode, FUSE_ROOT_ID, part).error, EIO) << opcode;
        }
        EXPECT_EQ(scribe.line, "") << opcode;
    }
}

TEST(FileMessages, what_expects_no_answer_gets_none_when_it_is_broken) {
    Scribe scribe;
    FileKernel kernel{scribe};
    const std::string many = bytes_of(::fuse_batch_forget_in{.count = 2, .dummy = 0}) +
                             bytes_of(::fuse_forget_one{.nodeid = 1, .nlookup = 1});
    for (const auto& [opcode, body] :
         {std::pair{FUSE_FORGET, std::string{"1234"}}, std::pair{FUSE_BATCH_FORGET, many},
          std::pair{FUSE_INTERRUPT, std::string{"1234"}},
          std::pair{FUSE_NOTIFY_REPLY, std::string(100, 'x')}}) {
        const std::uint64_t sent =
            kernel.send(static_cast<std::uint32_t>(opcode), FUSE_ROOT_ID, {}, body);
        EXPECT_FALSE(kernel.answer_of(sent)) << opcode;
        EXPECT_EQ(scribe.line, "");
    }
}

TEST(FileMessages, numbers_of_calls_that_nobody_knows_are_enosys) {
    Scribe scribe;
    FileKernel kernel{scribe};
    for (const std::uint32_t opcode : {0U, 7U, 52U, 200U, 0xffffU, ~0U}) {
        EXPECT_EQ(kernel.ask(opcode, FUSE_ROOT_ID, std::uint64_t{0}).error, ENOSYS) << opcode;
    }
    EXPECT_EQ(kernel.ask(FUSE_FALLOCATE, FUSE_ROOT_ID, ::fuse_fallocate_in{}).error, ENOSYS);
}

TEST(FileMessages, one_that_lies_about_its_length_is_passed_over) {
    Scribe scribe;
    FileKernel kernel{scribe};
    ::fuse_in_header liar = {};
    liar.len = 4000;
    liar.opcode = FUSE_STATFS;
    liar.unique = 4712;
    kernel.send_raw(std::as_bytes(std::span{&liar, 1}));
    kernel.send_raw(std::as_bytes(std::span{"abc"sv}));
    EXPECT_FALSE(kernel.answer_of(liar.unique));
    EXPECT_EQ(kernel.ask_names(FUSE_STATFS, FUSE_ROOT_ID, "").error, 0);
}

TEST(FileMessages, a_resource_is_as_safe_from_messages_that_are_cut_short) {
    Switchboard board;
    TestKernel kernel{&board};
    for (const auto& [opcode, body] : shortest_messages()) {
        for (std::size_t size = 0; size < body.size(); ++size) {
            const std::string_view part = std::string_view{body}.substr(0, size);
            const std::uint64_t sent = kernel.send(opcode, FUSE_ROOT_ID, {}, part);
            EXPECT_EQ(kernel.answer_of(sent).value_or(Answer{}).error, EIO) << opcode;
        }
    }
    EXPECT_EQ(board.log().opened, 0);
}

}  // namespace
}  // namespace tocsin::resource
