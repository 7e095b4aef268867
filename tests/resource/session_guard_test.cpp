// Shows what the guard does, with the test in the kernel's place; with epoll and, in the fallback
// modes, without.
#include <cerrno>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tests/core/patience.h>
#include <tests/resource/switchboard.h>
#include <tests/resource/test_kernel.h>

#include <tocsin/resource/guard.h>

namespace tocsin::resource {
namespace {

class SessionGuard : public testing::Test {
protected:
    [[nodiscard]] std::uint64_t send_open() {
        return kernel.send(FUSE_OPEN, FUSE_ROOT_ID, ::fuse_open_in{});
    }

    Switchboard board;
    TestKernel kernel{&board};
    Guard guard{kernel.session(), std::chrono::milliseconds{1}};
};

TEST_F(SessionGuard, a_call_of_the_thread_that_serves_is_refused_while_nobody_serves) {
    kernel.set_caller(static_cast<std::uint32_t>(::gettid()));
    const std::uint64_t open = send_open();
    std::optional<Answer> answer;
    ASSERT_TRUE(core::comes_true([&] {
        answer = kernel.heard(open);
        return answer.has_value();
    }));
    EXPECT_EQ(answer->error, EDEADLK);
    EXPECT_EQ(board.log().opened, 0);
}

TEST_F(SessionGuard, any_other_call_is_handed_over_and_answered_when_the_loop_turns) {
    const std::uint64_t open = send_open();
    ASSERT_TRUE(core::comes_true([&] { return guard.woken_count() > 0; }));
    EXPECT_FALSE(kernel.heard(open));
    EXPECT_TRUE(core::comes_true([&] { return kernel.answer_of(open).has_value(); }));
    EXPECT_EQ(board.log().opened, 1);
}

TEST_F(SessionGuard, it_ends_when_it_is_told_to_though_a_message_is_there) {
    static_cast<void>(send_open());
}

}  // namespace
}  // namespace tocsin::resource
