// Shows what happens when memory is short, with the test in the kernel's place.
#include <cerrno>
#include <fcntl.h>
#include <string_view>

#include <gtest/gtest.h>

#include <tests/core/counting_allocator.h>
#include <tests/resource/switchboard.h>
#include <tests/resource/test_kernel.h>

namespace tocsin::resource {
namespace {

// Has the session process what was sent while it may allocate `left` more times.
void process_with(TestKernel& kernel, std::int64_t left) {
    const core::FewAllocations few{left};
    kernel.loop().run_until_idle();
}

// Counts the open files that its author knows of.
class Guestbook final : public Resource {
public:
    int present = 0;

private:
    OpenResult open(const Opening&) override {
        auto file = std::make_unique<OpenFile>();
        ++present;
        return file;
    }
    void close(OpenFile&) override { --present; }
};

TEST(SessionMemory, an_author_who_was_told_of_an_open_is_told_of_its_end_when_memory_is_short) {
    Guestbook guests;
    TestKernel kernel{&guests};
    std::optional<Answer> answer;
    for (std::int64_t left = 0; !answer || answer->error != 0; ++left) {
        EXPECT_EQ(guests.present, 0) << left;
        const std::uint64_t open = kernel.send(FUSE_OPEN, FUSE_ROOT_ID, ::fuse_open_in{});
        process_with(kernel, left);
        answer = kernel.answer_of(open);
        ASSERT_TRUE(answer) << left;
        ASSERT_TRUE(answer->error == 0 || answer->error == ENOMEM) << answer->error;
    }
    EXPECT_EQ(guests.present, 1);
}

TEST(SessionMemory, a_name_that_could_not_be_numbered_is_there_when_it_is_asked_for_again) {
    Switchboard board;
    Directory directory;
    constexpr std::string_view name{"a name that is too long to be kept in place\0", 44};
    ASSERT_FALSE(directory.add(name.substr(0, name.size() - 1), board));
    TestKernel kernel{&directory};
    std::optional<Answer> answer;
    for (std::int64_t left = 0; !answer || answer->error != 0; ++left) {
        const std::uint64_t look_up =
            kernel.send(FUSE_LOOKUP, FUSE_ROOT_ID, std::span<const std::byte>{}, name);
        process_with(kernel, left);
        answer = kernel.answer_of(look_up);
        ASSERT_TRUE(answer) << left;
        ASSERT_TRUE(answer->error == 0 || answer->error == ENOMEM) << answer->error;
    }
    EXPECT_NE(kernel.open(O_RDONLY, answer->as<::fuse_entry_out>().nodeid), 0U);
    EXPECT_EQ(board.log().opened, 1);
}

TEST(SessionMemory, what_the_guard_cannot_hand_over_is_answered_with_enomem) {
    Switchboard board;
    TestKernel kernel{&board};
    const std::uint64_t open = kernel.send(FUSE_OPEN, FUSE_ROOT_ID, ::fuse_open_in{});
    std::vector<std::byte> message(Channel::message_size_max);
    std::size_t size = 0;
    ASSERT_FALSE(kernel.session().channel().receive(message, size));
    {
        const core::FewAllocations none{0};
        kernel.session().refuse_or_hand_over(std::span{message}.first(size));
    }
    const std::optional<Answer> answer = kernel.answer_of(open);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->error, ENOMEM);
}

TEST(SessionMemory, the_end_of_a_mount_needs_no_memory) {
    Switchboard board;
    Directory directory;
    ASSERT_FALSE(directory.add("board", board));
    TestKernel kernel{&directory};
    const auto found = kernel.ask(FUSE_LOOKUP, FUSE_ROOT_ID, std::span<const std::byte>{},
                                  std::string_view{"board\0", 6});
    const std::uint64_t node = found.as<::fuse_entry_out>().nodeid;
    const std::uint64_t read = kernel.send_read(kernel.open(O_RDONLY, node));
    ASSERT_FALSE(kernel.answer_of(read));
    {
        const core::FewAllocations none{0};
        kernel.session().end();
    }
    EXPECT_EQ(board.log().closed, 1);
}

}  // namespace
}  // namespace tocsin::resource
