// Shows what becomes of requests, with the test in the kernel's place.
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tests/resource/switchboard.h>
#include <tests/resource/test_kernel.h>

namespace tocsin::resource {
namespace {

class SessionRequests : public testing::Test {
protected:
    Switchboard board;
    std::optional<TestKernel> started{std::in_place, &board};
    TestKernel& kernel = *started;
};

TEST_F(SessionRequests, a_read_is_answered_at_once_when_there_is_something) {
    board.put(Condition::input);
    const std::uint64_t file = kernel.open(O_RDONLY);
    const std::optional<Answer> answer = kernel.answer_of(kernel.send_read(file));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->text(), "x");
}

TEST_F(SessionRequests, a_parked_read_is_answered_after_a_trigger) {
    const std::uint64_t file = kernel.open(O_RDONLY);
    const std::uint64_t read = kernel.send_read(file);
    ASSERT_FALSE(kernel.answer_of(read));
    board.put(Condition::input);
    const std::optional<Answer> answer = kernel.answer_of(read);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->text(), "x");
}

TEST_F(SessionRequests, parked_reads_are_tried_again_in_the_order_of_their_coming) {
    const std::uint64_t file = kernel.open(O_RDONLY);
    const std::uint64_t first = kernel.send_read(file);
    const std::uint64_t second = kernel.send_read(file);
    const std::uint64_t third = kernel.send_read(file);
    ASSERT_FALSE(kernel.answer_of(third));
    for (const std::uint64_t expected : {first, second, third}) {
        ASSERT_FALSE(kernel.answer_of(expected));
        board.put(Condition::input);
        ASSERT_TRUE(kernel.answer_of(expected));
    }
}

TEST_F(SessionRequests, a_trigger_for_one_client_tries_only_its_requests_again) {
    const std::uint64_t first = kernel.send_read(kernel.open(O_RDONLY));
    const std::uint64_t second = kernel.send_read(kernel.open(O_RDONLY));
    ASSERT_FALSE(kernel.answer_of(first));
    board.put_for(1, Condition::input);
    EXPECT_TRUE(kernel.answer_of(second));
    EXPECT_FALSE(kernel.answer_of(first));
    EXPECT_EQ(board.log().parked_reads, 2);
}

TEST_F(SessionRequests, what_was_to_be_tried_again_is_forgotten_with_the_mount) {
    const std::uint64_t read = kernel.send_read(kernel.open(O_RDONLY));
    ASSERT_FALSE(kernel.answer_of(read));
    board.hold_reads(true);
    const std::uint64_t held = kernel.send_read(kernel.open(O_RDONLY));
    ASSERT_FALSE(kernel.answer_of(held));
    // Keeps what belongs to the mount beyond its end.
    const Request kept = board.take(board.log().held.at(0));
    board.hold_reads(false);
    board.put(Condition::input);
    started.reset();
    board.set(Condition::input, 0);
    started.emplace(&board);
    const std::uint64_t again = started->send_read(started->open(O_RDONLY));
    ASSERT_FALSE(started->answer_of(again));
    board.put(Condition::input);
    EXPECT_TRUE(started->answer_of(again));
}

TEST_F(SessionRequests, with_o_nonblock_nothing_is_parked_whatever_open_said) {
    const std::uint64_t file = kernel.open(O_RDONLY);
    const std::optional<Answer> refused = kernel.answer_of(kernel.send_read(file, O_NONBLOCK));
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->error, EAGAIN);
    const std::uint64_t other = kernel.open(O_RDONLY | O_NONBLOCK);
    EXPECT_FALSE(kernel.answer_of(kernel.send_read(other, 0)));
}

TEST_F(SessionRequests, a_signal_ends_a_parked_read_with_eintr_and_the_resource_is_told) {
    const std::uint64_t file = kernel.open(O_RDONLY);
    const std::uint64_t read = kernel.send_read(file);
    ASSERT_FALSE(kernel.answer_of(read));
    kernel.interrupt(read);
    const std::optional<Answer> answer = kernel.answer_of(read);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->error, EINTR);
    EXPECT_EQ(board.log().interrupted, 1);
    board.put(Condition::input);
    kernel.turn();
    EXPECT_EQ(board.change(Condition::input, 0), 1);
}

TEST_F(SessionRequests, a_trigger_between_looking_and_parking_is_not_lost) {
    board.set_before_parking([this](const ReadRequest&) { board.put_unlocked(Condition::input); });
    const std::optional<Answer> answer = kernel.answer_of(kernel.send_read(kernel.open(O_RDONLY)));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->text(), "x");
    EXPECT_EQ(board.log().parked_reads, 1);
}

TEST_F(SessionRequests, a_signal_that_comes_before_parking_ends_the_read_all_the_same) {
    board.set_before_parking([this](const ReadRequest& request) {
        std::unique_ptr<PendingRequest> taken;
        EXPECT_TRUE(kernel.session().pending().interrupt(request.id(), taken));
        EXPECT_EQ(taken, nullptr);
    });
    const std::optional<Answer> answer = kernel.answer_of(kernel.send_read(kernel.open(O_RDONLY)));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->error, EINTR);
    EXPECT_EQ(board.log().interrupted, 1);
}

TEST_F(SessionRequests, a_signal_to_who_waits_in_open_is_noted_and_not_asked_for_again) {
    const std::uint64_t open = kernel.send(FUSE_OPEN, FUSE_ROOT_ID, ::fuse_open_in{});
    std::optional<bool> noted;
    // Another thread that serves takes the signal while this one waits for a lock.
    board.set_in_open([&] {
        std::unique_ptr<PendingRequest> taken;
        noted = kernel.session().pending().interrupt(open, taken);
    });
    const std::optional<Answer> answer = kernel.answer_of(open);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->error, 0);
    EXPECT_EQ(noted, true);
}

TEST_F(SessionRequests, a_signal_to_a_read_that_was_handed_over_ends_it) {
    const std::uint64_t read = kernel.send_read(kernel.open(O_RDONLY));
    std::vector<std::byte> message(Channel::message_size_max);
    std::size_t size = 0;
    ASSERT_FALSE(kernel.session().channel().receive(message, size));
    kernel.session().refuse_or_hand_over(std::span{message}.first(size));
    std::unique_ptr<PendingRequest> taken;
    EXPECT_TRUE(kernel.session().pending().interrupt(read, taken));
    const std::optional<Answer> answer = kernel.answer_of(read);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->error, EINTR);
    EXPECT_EQ(board.log().interrupted, 1);
}

TEST_F(SessionRequests, a_signal_for_an_unknown_request_is_asked_for_again) {
    const std::optional<Answer> answer = kernel.answer_of(kernel.interrupt(4711));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->error, EAGAIN);
}

TEST_F(SessionRequests, a_held_read_is_taken_and_answered_by_any_thread) {
    board.hold_reads(true);
    const std::uint64_t file = kernel.open(O_RDONLY);
    const std::uint64_t read = kernel.send_read(file);
    ASSERT_FALSE(kernel.answer_of(read));
    std::thread{[&] {
        ReadRequest request{board.take(board.log().held.at(0))};
        request.reply("from elsewhere");
    }}.join();
    const std::optional<Answer> answer = kernel.answer_of(read);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->text(), "from elsewhere");
}

TEST_F(SessionRequests, a_held_read_is_not_tried_again_by_a_trigger) {
    board.hold_reads(true);
    const std::uint64_t read = kernel.send_read(kernel.open(O_RDONLY));
    ASSERT_FALSE(kernel.answer_of(read));
    board.hold_reads(false);
    board.put(Condition::input);
    EXPECT_FALSE(kernel.answer_of(read));
}

TEST_F(SessionRequests, who_takes_a_request_after_the_signal_gets_nothing) {
    board.hold_reads(true);
    const std::uint64_t read = kernel.send_read(kernel.open(O_RDONLY));
    ASSERT_FALSE(kernel.answer_of(read));
    kernel.interrupt(read);
    ASSERT_TRUE(kernel.answer_of(read));
    EXPECT_FALSE(board.take(board.log().held.at(0)));
}

TEST_F(SessionRequests, a_signal_that_comes_after_taking_is_seen_and_ends_nothing) {
    board.hold_reads(true);
    const std::uint64_t read = kernel.send_read(kernel.open(O_RDONLY));
    ASSERT_FALSE(kernel.answer_of(read));
    ReadRequest request{board.take(board.log().held.at(0))};
    EXPECT_FALSE(request.interrupted());
    kernel.interrupt(read);
    ASSERT_FALSE(kernel.answer_of(read));
    EXPECT_TRUE(request.interrupted());
    request.reply("all the same");
    const std::optional<Answer> answer = kernel.answer_of(read);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->text(), "all the same");
}

TEST_F(SessionRequests, a_request_that_is_dropped_answers_eio) {
    board.hold_reads(true);
    const std::uint64_t read = kernel.send_read(kernel.open(O_RDONLY));
    ASSERT_FALSE(kernel.answer_of(read));
    board.take(board.log().held.at(0)) = Request{};
    const std::optional<Answer> answer = kernel.answer_of(read);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->error, EIO);
}

TEST_F(SessionRequests, closing_the_last_descriptor_ends_what_is_parked) {
    const std::uint64_t file = kernel.open(O_RDONLY);
    const std::uint64_t read = kernel.send_read(file);
    ASSERT_FALSE(kernel.answer_of(read));
    kernel.release(file);
    const std::optional<Answer> answer = kernel.answer_of(read);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->error, EIO);
    EXPECT_EQ(board.log().closed, 1);
}

TEST_F(SessionRequests, a_request_that_outlives_its_open_file_keeps_no_arm) {
    board.hold_reads(true);
    const std::uint64_t file = kernel.open(O_RDONLY);
    ASSERT_FALSE(kernel.answer_of(kernel.send_read(file)));
    ASSERT_EQ(kernel.poll(file, POLLIN), 0U);
    const Request kept = board.take(board.log().held.at(0));
    kernel.release(file);
    EXPECT_EQ(board.wait_queue().counters().armed_now, 0U);
}

TEST_F(SessionRequests, what_is_parked_or_held_after_the_end_of_the_mount_does_not_come_back) {
    board.hold_reads(true);
    const std::uint64_t file = kernel.open(O_RDONLY);
    kernel.send_read(file);
    ASSERT_FALSE(kernel.answer_of(kernel.send_read(file)));
    Request parked = board.take(board.log().held.at(0));
    Request held = board.take(board.log().held.at(1));
    started.reset();
    board.keep_again(std::move(parked), false);
    board.keep_again(std::move(held), true);
    board.hold_reads(false);
    started.emplace(&board);
    const std::uint64_t other = started->open(O_RDONLY);
    const std::uint64_t first = started->send_read(other);
    started->send_read(other);
    ASSERT_FALSE(started->answer_of(started->send_read(other)));
    board.put(Condition::input);
    EXPECT_TRUE(started->answer_of(first));
}

TEST_F(SessionRequests, an_answer_after_the_end_of_the_mount_harms_nobody) {
    board.hold_reads(true);
    const std::uint64_t read = kernel.send_read(kernel.open(O_RDONLY));
    ASSERT_FALSE(kernel.answer_of(read));
    ReadRequest request{board.take(board.log().held.at(0))};
    started.reset();
    request.reply("too late");
    EXPECT_FALSE(request);
}

TEST_F(SessionRequests, a_write_is_parked_until_there_is_room) {
    board.set(Condition::output, 0);
    const std::uint64_t file = kernel.open(O_WRONLY);
    EXPECT_EQ(kernel.write(file, "one").error, -1);
    board.put(Condition::output);
    kernel.turn();
    EXPECT_EQ(board.log().written, std::vector<std::string>{"one"});
}

TEST_F(SessionRequests, an_ioctl_carries_bytes_both_ways_and_a_result) {
    const std::uint64_t file = kernel.open(O_RDWR);
    const ::fuse_ioctl_in body = {
        .fh = file, .flags = 0, .cmd = 0x4711, .arg = 0, .in_size = 2, .out_size = 2};
    const Answer answer = kernel.ask(FUSE_IOCTL, FUSE_ROOT_ID, body, std::string_view{"\1\2"});
    ASSERT_EQ(answer.error, 0);
    EXPECT_EQ(answer.as<::fuse_ioctl_out>().result, 3);
    EXPECT_EQ(answer.text().substr(sizeof(::fuse_ioctl_out)), "\1\2");
}

TEST_F(SessionRequests, a_parked_ioctl_is_tried_again_for_any_condition_but_input_and_output) {
    const ::fuse_ioctl_in body = {.fh = kernel.open(O_RDWR),
                                  .flags = 0,
                                  .cmd = Switchboard::waiting,
                                  .arg = 0,
                                  .in_size = 0,
                                  .out_size = 0};
    for (const Condition condition :
         {Condition::out_of_band, Condition::error, Condition::hang_up}) {
        const std::uint64_t ioctl = kernel.send(FUSE_IOCTL, FUSE_ROOT_ID, body);
        ASSERT_FALSE(kernel.answer_of(ioctl));
        const int parked = board.log().parked_ioctls;
        board.put(Condition::input);
        board.put(Condition::output, 0);
        ASSERT_FALSE(kernel.answer_of(ioctl));
        EXPECT_EQ(board.log().parked_ioctls, parked);
        board.put(condition);
        const std::optional<Answer> answer = kernel.answer_of(ioctl);
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->as<::fuse_ioctl_out>().result, static_cast<int>(condition));
        board.set(condition, 0);
    }
}

TEST_F(SessionRequests, an_open_may_be_refused_with_any_error) {
    board.refuse_opens(std::errc::device_or_resource_busy);
    const ::fuse_open_in body = {.flags = O_RDONLY, .open_flags = 0};
    EXPECT_EQ(kernel.ask(FUSE_OPEN, FUSE_ROOT_ID, body).error, EBUSY);
}

TEST_F(SessionRequests, handles_that_were_never_given_are_refused) {
    const std::optional<Answer> read = kernel.answer_of(kernel.send_read(99));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->error, EBADF);
    EXPECT_EQ(kernel.write(99, "x").error, EBADF);
    EXPECT_NE(kernel.poll(99, POLLIN) & POLLERR, 0U);
    kernel.release(99);
}

TEST_F(SessionRequests, what_comes_from_a_thread_that_serves_is_refused_with_edeadlk) {
    kernel.set_caller(static_cast<std::uint32_t>(::gettid()));
    const ::fuse_open_in body = {.flags = O_RDONLY, .open_flags = 0};
    EXPECT_EQ(kernel.ask(FUSE_OPEN, FUSE_ROOT_ID, body).error, EDEADLK);
    EXPECT_EQ(board.log().opened, 0);
}

TEST_F(SessionRequests, unknown_and_broken_messages_harm_nobody) {
    EXPECT_EQ(kernel.ask(0xffffU, FUSE_ROOT_ID, std::uint64_t{0}).error, ENOSYS);
    const std::array<std::byte, 3> crumbs{};
    kernel.send_raw(crumbs);
    ::fuse_in_header liar = {};
    liar.len = 4000;
    liar.opcode = FUSE_READ;
    kernel.send_raw(std::as_bytes(std::span{&liar, 1}));
    liar.opcode = FUSE_GETATTR;
    liar.nodeid = FUSE_ROOT_ID;
    liar.unique = 4712;
    kernel.send_raw(std::as_bytes(std::span{&liar, 1}));
    EXPECT_FALSE(kernel.answer_of(liar.unique));
    board.put(Condition::input);
    ASSERT_TRUE(kernel.answer_of(kernel.send_read(kernel.open(O_RDONLY))));
}

}  // namespace
}  // namespace tocsin::resource
