// Shows what one user may hold of a FileSystem, with the test in the kernel's place.
#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include <tests/core/counting_allocator.h>
#include <tests/core/forked.h>
#include <tests/resource/file_kernel.h>
#include <tests/resource/users.h>

namespace tocsin::resource {
namespace {

// Keeps every read, write, ioctl and poll, and every open when it is told to; the files that it
// opens are numbered.
class Keeper final : public FileSystem {
public:
    std::vector<FileCall> kept;
    bool keeps_opens = false;
    int refuses_opens = 0;
    std::uint64_t next_file = 1;
    int flushed = 0;
    static constexpr unsigned giving_up = 17;

private:
    void keep(FileCall call) { kept.push_back(std::move(call)); }
    void answer_open(FileCall call) {
        if (keeps_opens) {
            return keep(std::move(call));
        }
        refuses_opens != 0 ? call.fail(refuses_opens)
                           : static_cast<void>(call.reply_open({.file = next_file++}));
    }

    void open(FileCall call, Node, int) override { answer_open(std::move(call)); }
    void open_directory(FileCall call, Node, int) override { answer_open(std::move(call)); }
    void create(FileCall call, Node, std::string_view, ::mode_t, int) override {
        call.reply_created({.node = 7}, {.file = next_file++});
    }
    void read(FileCall call, Node, FileHandle, std::size_t, std::int64_t, int) override {
        keep(std::move(call));
    }
    void poll(FileCall call, Node, FileHandle, unsigned, PollWaker) override {
        keep(std::move(call));
    }
    void ioctl(FileCall call, Node, FileHandle, unsigned command, std::uint64_t,
               std::span<const std::byte>, std::size_t) override {
        command == giving_up ? call.reply_ioctl(0, {}) : keep(std::move(call));
    }
    bool gives_up(unsigned command) const noexcept override { return command == giving_up; }
    void flush(FileCall call, Node, FileHandle) override {
        ++flushed;
        call.succeed();
    }
};

class FileUsers : public testing::Test {
protected:
    static constexpr std::uint32_t unanswered_max = 2 + UserAccount::unparked_max;

    FileUsers() { kernel.set_user(user(1)); }

    [[nodiscard]] std::uint32_t held(std::uint32_t number, Holding holding) const {
        return held_by(kernel.session().users(), user(number), holding);
    }
    [[nodiscard]] bool nobody_holds_anything() const {
        return kernel.session().users().in_use().empty();
    }

    [[nodiscard]] int error_of_open(std::uint32_t opcode = FUSE_OPEN) {
        return kernel.ask(opcode, FUSE_ROOT_ID, ::fuse_open_in{}).error;
    }
    void release(std::uint32_t opcode, std::uint64_t file) {
        ::fuse_release_in body = {};
        body.fh = file;
        EXPECT_EQ(kernel.ask(opcode, FUSE_ROOT_ID, body).error, 0);
    }

    Keeper keeper;
    mutable FileKernel kernel{keeper, {.open_files_max = 3, .parked_max = 2}};
};

TEST_F(FileUsers, files_and_directories_that_one_user_has_open_are_limited) {
    constexpr std::string_view name{"name\0", 5};
    ASSERT_EQ(error_of_open(), 0);
    ASSERT_EQ(error_of_open(FUSE_OPENDIR), 0);
    ASSERT_EQ(kernel.ask(FUSE_CREATE, FUSE_ROOT_ID, ::fuse_create_in{}, name).error, 0);
    EXPECT_EQ(error_of_open(), EMFILE);
    EXPECT_EQ(error_of_open(FUSE_OPENDIR), EMFILE);
    EXPECT_EQ(kernel.ask(FUSE_CREATE, FUSE_ROOT_ID, ::fuse_create_in{}, name).error, EMFILE);
    EXPECT_EQ(keeper.next_file, 4U) << "the file system was not asked";
    kernel.set_user(user(2));
    EXPECT_EQ(error_of_open(), 0);
    kernel.set_user(0);
    for (int count = 0; count < 5; ++count) {
        EXPECT_EQ(error_of_open(), 0);
    }
}

TEST_F(FileUsers, a_file_is_charged_until_it_is_closed_and_those_of_root_are_nobodys) {
    kernel.set_user(0);
    ASSERT_EQ(error_of_open(), 0);
    kernel.set_user(user(1));
    ASSERT_EQ(error_of_open(), 0);
    ASSERT_EQ(error_of_open(FUSE_OPENDIR), 0);
    EXPECT_EQ(held(1, Holding::open_file), 2U);
    release(FUSE_RELEASE, 1);
    EXPECT_EQ(held(1, Holding::open_file), 2U);
    release(FUSE_RELEASE, 2);
    EXPECT_EQ(held(1, Holding::open_file), 1U);
    release(FUSE_RELEASEDIR, 3);
    EXPECT_TRUE(nobody_holds_anything());
}

TEST_F(FileUsers, an_open_that_fails_is_charged_to_nobody) {
    keeper.refuses_opens = EACCES;
    for (int count = 0; count < 5; ++count) {
        EXPECT_EQ(error_of_open(), EACCES);
    }
    EXPECT_TRUE(nobody_holds_anything());
}

TEST_F(FileUsers, an_open_that_is_not_answered_yet_counts_and_one_that_is_dropped_does_not) {
    keeper.keeps_opens = true;
    for (int count = 0; count < 3; ++count) {
        static_cast<void>(kernel.open());
    }
    EXPECT_EQ(held(1, Holding::open_file), 3U);
    EXPECT_EQ(error_of_open(), EMFILE);
    keeper.kept.pop_back();
    EXPECT_TRUE(keeper.kept.back().reply_open({.file = 5}));
    keeper.kept.pop_back();
    EXPECT_EQ(held(1, Holding::open_file), 2U);
    EXPECT_EQ(held(1, Holding::unanswered), 1U);
    keeper.kept.clear();
    EXPECT_EQ(held(1, Holding::open_file), 1U);
    EXPECT_EQ(held(1, Holding::unanswered), 0U);
}

TEST_F(FileUsers, an_open_that_reaches_nobody_any_more_is_charged_to_nobody) {
    keeper.keeps_opens = true;
    static_cast<void>(kernel.open());
    kernel.session().end();
    EXPECT_FALSE(keeper.kept.at(0).reply_open({.file = 5}));
    EXPECT_TRUE(nobody_holds_anything());
}

TEST_F(FileUsers, calls_without_an_answer_are_limited_and_those_of_others_are_not_concerned) {
    std::vector<std::uint64_t> reads;
    for (std::uint32_t count = 0; count < unanswered_max; ++count) {
        reads.push_back(kernel.send_read(1));
    }
    kernel.turn();
    ASSERT_EQ(keeper.kept.size(), unanswered_max);
    EXPECT_EQ(held(1, Holding::unanswered), unanswered_max);
    EXPECT_EQ(kernel.answer_of(kernel.send_read(1))->error, EAGAIN);
    const ::fuse_poll_in poll = {
        .fh = 1, .kh = 1, .flags = FUSE_POLL_SCHEDULE_NOTIFY, .events = POLLIN};
    EXPECT_EQ(kernel.ask(FUSE_POLL, FUSE_ROOT_ID, poll).error, EAGAIN) << "POLLERR to the client";
    kernel.set_user(user(2));
    EXPECT_FALSE(kernel.answer_of(kernel.send_read(1)));
    kernel.set_user(user(1));
    keeper.kept.front().reply_bytes({});
    EXPECT_EQ(held(1, Holding::unanswered), unanswered_max - 1);
    EXPECT_FALSE(kernel.answer_of(kernel.send_read(1)));
    for (FileCall& call : keeper.kept) {
        if (call) {
            call.fail(EINTR);
        }
    }
    EXPECT_TRUE(nobody_holds_anything());
}

TEST_F(FileUsers, to_close_is_never_refused) {
    for (std::uint32_t count = 0; count < unanswered_max; ++count) {
        kernel.send_read(1);
    }
    EXPECT_EQ(kernel.ask(FUSE_FLUSH, FUSE_ROOT_ID, ::fuse_flush_in{}).error, 0);
    EXPECT_EQ(keeper.flushed, 1);
    ::fuse_ioctl_in ioctl = {};
    ioctl.cmd = Keeper::giving_up;
    EXPECT_EQ(kernel.ask(FUSE_IOCTL, FUSE_ROOT_ID, ioctl).error, 0);
    ioctl.cmd = Keeper::giving_up + 1;
    EXPECT_EQ(kernel.ask(FUSE_IOCTL, FUSE_ROOT_ID, ioctl).error, EAGAIN);
}

TEST_F(FileUsers, a_forked_child_gives_nothing_of_the_parents_back) {
    keeper.keeps_opens = true;
    static_cast<void>(kernel.open());
    kernel.send_read(1);
    kernel.turn();
    ASSERT_EQ(keeper.kept.size(), 2U);
    EXPECT_EQ(core::in_child([&] {
                  static_cast<void>(keeper.kept.at(0).reply_open({.file = 5}));
                  keeper.kept.clear();
                  return nobody_holds_anything();
              }),
              0);
    EXPECT_EQ(held(1, Holding::open_file), 1U);
    EXPECT_EQ(held(1, Holding::unanswered), 2U);
}

TEST_F(FileUsers, where_memory_is_short_nothing_stays_charged_of_what_has_failed) {
    int error = -1;
    for (std::uint32_t left = 0; error != 0; ++left) {
        kernel.set_user(user(left));
        const std::uint64_t open = kernel.send(FUSE_OPEN, FUSE_ROOT_ID, ::fuse_open_in{});
        std::vector<std::byte> message = kernel.take_message();
        {
            const core::FewAllocations few{left};
            kernel.session().process(message);
        }
        error = kernel.heard(open).value_or(Answer{.error = -1}).error;
        ASSERT_TRUE(error == 0 || error == ENOMEM) << error;
        EXPECT_EQ(held(left, Holding::open_file), error == 0 ? 1U : 0U);
        EXPECT_EQ(held(left, Holding::unanswered), 0U);
    }
}

}  // namespace
}  // namespace tocsin::resource
