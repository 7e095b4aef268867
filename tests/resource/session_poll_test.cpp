// Shows how poll is answered and armed, with the test in the kernel's place.
#include <fcntl.h>
#include <poll.h>

#include <gtest/gtest.h>

#include <tests/resource/switchboard.h>
#include <tests/resource/test_kernel.h>

namespace tocsin::resource {
namespace {

class SessionPoll : public testing::Test {
protected:
    // How often those who poll `file` were woken.
    int wakes(std::uint64_t file) { return kernel.wakes_of(TestKernel::poll_handle_of(file)); }

    Switchboard board;
    TestKernel kernel{&board};
};

TEST_F(SessionPoll, what_is_met_is_reported) {
    const std::uint64_t file = kernel.open(O_RDWR);
    EXPECT_EQ(kernel.poll(file, POLLIN | POLLOUT), unsigned{POLLOUT | POLLWRNORM});
    board.set(Condition::input, 1);
    board.set(Condition::out_of_band, 1);
    board.set(Condition::error, 1);
    board.set(Condition::hang_up, 1);
    const unsigned all = POLLIN | POLLRDNORM | POLLPRI | POLLRDBAND | POLLERR | POLLHUP;
    EXPECT_EQ(kernel.poll(file, POLLIN | POLLPRI), all);
}

TEST_F(SessionPoll, a_trigger_wakes_once_until_asked_again) {
    const std::uint64_t file = kernel.open(O_RDWR);
    ASSERT_EQ(kernel.poll(file, POLLIN), 0U);
    board.put(Condition::input);
    board.put(Condition::input);
    EXPECT_EQ(wakes(file), 1);
    EXPECT_NE(kernel.poll(file, POLLIN), 0U);
    board.put(Condition::input);
    EXPECT_EQ(wakes(file), 2);
}

TEST_F(SessionPoll, what_is_met_is_armed_too) {
    const std::uint64_t file = kernel.open(O_RDWR);
    board.set(Condition::input, 1);
    ASSERT_NE(kernel.poll(file, POLLIN | POLLOUT) & POLLIN, 0U);
    board.put(Condition::input);
    EXPECT_EQ(wakes(file), 1);
}

TEST_F(SessionPoll, the_masks_of_all_who_ask_are_united_until_the_delivery) {
    const std::uint64_t file = kernel.open(O_RDWR);
    ASSERT_EQ(kernel.poll(file, POLLIN), 0U);
    ASSERT_EQ(kernel.poll(file, POLLPRI), 0U);
    board.put(Condition::input);
    EXPECT_EQ(wakes(file), 1);
    board.put(Condition::out_of_band);
    EXPECT_EQ(wakes(file), 2);
}

TEST_F(SessionPoll, nothing_is_armed_when_the_kernel_does_not_want_to_be_told) {
    const std::uint64_t file = kernel.open(O_RDWR);
    ASSERT_EQ(kernel.poll(file, POLLIN, false), 0U);
    EXPECT_EQ(board.wait_queue().counters().armed, 0U);
    board.put(Condition::input);
    EXPECT_EQ(wakes(file), 0);
}

TEST_F(SessionPoll, errors_and_hang_ups_wake_whatever_was_asked) {
    const std::uint64_t file = kernel.open(O_RDWR);
    ASSERT_EQ(kernel.poll(file, POLLIN), 0U);
    board.put(Condition::hang_up);
    EXPECT_EQ(wakes(file), 1);
    board.put(Condition::error);
    EXPECT_EQ(wakes(file), 2);
}

TEST_F(SessionPoll, a_threshold_holds_for_its_open_file_only) {
    board.set_next_threshold(3);
    const std::uint64_t patient = kernel.open(O_RDONLY);
    board.set_next_threshold(1);
    const std::uint64_t hasty = kernel.open(O_RDONLY);
    ASSERT_EQ(kernel.poll(patient, POLLIN) | kernel.poll(hasty, POLLIN), 0U);
    board.put(Condition::input);
    EXPECT_EQ(wakes(hasty), 1);
    board.put(Condition::input);
    EXPECT_EQ(wakes(patient), 0);
    EXPECT_EQ(kernel.poll(patient, POLLIN), 0U);
    board.put(Condition::input);
    EXPECT_EQ(wakes(patient), 1);
    EXPECT_NE(kernel.poll(patient, POLLIN), 0U);
}

TEST_F(SessionPoll, a_trigger_for_one_client_wakes_no_other) {
    const std::uint64_t first = kernel.open(O_RDONLY);
    const std::uint64_t second = kernel.open(O_RDONLY);
    ASSERT_EQ(kernel.poll(first, POLLIN) | kernel.poll(second, POLLIN), 0U);
    board.put_for(1, Condition::input);
    board.put_for(1, Condition::input);
    EXPECT_EQ(wakes(first), 0);
    EXPECT_EQ(wakes(second), 1);
}

TEST_F(SessionPoll, after_the_close_nothing_is_armed_and_nobody_is_told) {
    const std::uint64_t file = kernel.open(O_RDWR);
    ASSERT_EQ(kernel.poll(file, POLLIN), 0U);
    EXPECT_GT(board.wait_queue().counters().armed_now, 0U);
    kernel.release(file);
    EXPECT_EQ(board.wait_queue().counters().armed_now, 0U);
    board.put(Condition::input);
    EXPECT_EQ(wakes(file), 0);
}

TEST_F(SessionPoll, the_arms_of_the_mount_are_gone_with_it) {
    Switchboard other;
    {
        TestKernel shortly{&other};
        ASSERT_EQ(shortly.poll(shortly.open(O_RDWR), POLLIN), 0U);
        EXPECT_GT(other.wait_queue().counters().armed_now, 0U);
    }
    EXPECT_EQ(other.wait_queue().counters().armed_now, 0U);
    other.put(Condition::input);
}

}  // namespace
}  // namespace tocsin::resource
