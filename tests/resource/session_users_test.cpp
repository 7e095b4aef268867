// Shows what one user may hold, and that exactly what he holds is charged to him, with the test in
// the kernel's place.
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tests/core/counting_allocator.h>
#include <tests/core/forked.h>
#include <tests/resource/switchboard.h>
#include <tests/resource/test_kernel.h>
#include <tests/resource/users.h>

namespace tocsin::resource {
namespace {

using testing::HasSubstr;
using testing::Not;

int error_of_open(TestKernel& kernel) {
    return kernel.ask(FUSE_OPEN, FUSE_ROOT_ID, ::fuse_open_in{}).error;
}

std::string status_of(TestKernel& kernel) {
    const ::fuse_getxattr_in body = {.size = 65536, .padding = 0};
    return std::string{
        kernel.ask(FUSE_GETXATTR, FUSE_ROOT_ID, body, std::string_view{"user.tocsin.status\0", 19})
            .text()};
}

class SessionUsers : public testing::Test {
protected:
    SessionUsers() { kernel.set_user(user(1)); }

    [[nodiscard]] std::uint32_t held(std::uint32_t number, Holding holding) {
        return held_by(kernel.session().users(), user(number), holding);
    }

    // A read of `file` that waits; 0 when it does not.
    [[nodiscard]] std::uint64_t waiting_read(std::uint64_t file) {
        const std::uint64_t read = kernel.send_read(file);
        return kernel.answer_of(read) ? 0 : read;
    }

    // The error of an answer that is there.
    [[nodiscard]] int error_of(std::uint64_t number) {
        return kernel.answer_of(number).value_or(Answer{.error = -1}).error;
    }

    Switchboard board;
    TestKernel kernel{&board, {.open_files_max = 3, .parked_max = 2}};
};

TEST_F(SessionUsers, one_open_file_too_many_fails_with_emfile_and_the_resource_is_not_asked) {
    for (int count = 0; count < 3; ++count) {
        ASSERT_EQ(error_of_open(kernel), 0);
    }
    EXPECT_EQ(error_of_open(kernel), EMFILE);
    EXPECT_EQ(board.log().opened, 3);
    EXPECT_EQ(held(1, Holding::open_file), 3U);
}

TEST_F(SessionUsers, a_file_that_is_closed_makes_room_for_another) {
    ASSERT_EQ(error_of_open(kernel), 0);
    ASSERT_EQ(error_of_open(kernel), 0);
    kernel.release(kernel.open());
    EXPECT_EQ(held(1, Holding::open_file), 2U);
    EXPECT_EQ(error_of_open(kernel), 0);
}

TEST_F(SessionUsers, an_open_that_the_resource_refuses_is_charged_to_nobody) {
    board.refuse_opens(std::errc::permission_denied);
    for (int count = 0; count < 5; ++count) {
        EXPECT_EQ(error_of_open(kernel), EACCES);
    }
    EXPECT_EQ(held(1, Holding::open_file), 0U);
}

TEST_F(SessionUsers, what_one_user_holds_is_nothing_to_another_nor_to_root_nor_to_the_server) {
    while (error_of_open(kernel) == 0) {
    }
    kernel.set_user(user(2));
    EXPECT_EQ(error_of_open(kernel), 0);
    for (const std::uint32_t trusted : {std::uint32_t{0}, std::uint32_t{::geteuid()}}) {
        kernel.set_user(trusted);
        for (int count = 0; count < 10; ++count) {
            EXPECT_EQ(error_of_open(kernel), 0);
        }
    }
    EXPECT_EQ(kernel.session().users().in_use().size(), 2U);
}

TEST_F(SessionUsers, one_parked_call_too_many_fails_with_eagain_and_those_that_wait_go_on_waiting) {
    board.set(Condition::output, 0);
    const std::uint64_t file = kernel.open(O_RDWR);
    const std::uint64_t first = waiting_read(file);
    const std::uint64_t second = waiting_read(file);
    ASSERT_NE(first, 0U);
    ASSERT_NE(second, 0U);
    EXPECT_EQ(error_of(kernel.send_read(file)), EAGAIN);
    EXPECT_EQ(kernel.write(file, "one").error, EAGAIN);
    EXPECT_EQ(held(1, Holding::parked), 2U);
    EXPECT_EQ(held(1, Holding::unanswered), 2U);
    board.put(Condition::input, 2);
    EXPECT_EQ(error_of(first), 0);
    EXPECT_EQ(error_of(second), 0);
    EXPECT_EQ(held(1, Holding::unanswered), 0U);
    EXPECT_NE(waiting_read(file), 0U);
}

TEST_F(SessionUsers, what_need_not_wait_is_done_though_as_many_wait_as_may) {
    const std::uint64_t file = kernel.open(O_RDWR);
    ASSERT_NE(waiting_read(file), 0U);
    ASSERT_NE(waiting_read(file), 0U);
    EXPECT_EQ(kernel.write(file, "one").error, 0);
}

TEST_F(SessionUsers, a_read_that_waits_keeps_its_place_when_it_is_tried_again) {
    const std::uint64_t file = kernel.open(O_RDWR);
    const std::uint64_t first = waiting_read(file);
    const std::uint64_t second = waiting_read(file);
    bool taken = false;
    board.set_before_parking([&](const ReadRequest&) {
        Charge another;
        taken = another.take(kernel.session().users().in_use().at(0), Holding::parked) || taken;
    });
    board.trigger(Condition::input);
    EXPECT_FALSE(kernel.answer_of(first));
    EXPECT_EQ(board.log().parked_reads, 4) << "both were tried again in vain";
    EXPECT_FALSE(taken);
    board.set_before_parking({});
    board.put(Condition::input);
    EXPECT_EQ(error_of(first), 0);
    EXPECT_FALSE(kernel.answer_of(second));
    EXPECT_EQ(held(1, Holding::parked), 1U);
}

TEST_F(SessionUsers, a_signal_gives_the_place_back) {
    const std::uint64_t file = kernel.open();
    const std::uint64_t read = waiting_read(file);
    ASSERT_NE(waiting_read(file), 0U);
    kernel.interrupt(read);
    EXPECT_EQ(error_of(read), EINTR);
    EXPECT_EQ(held(1, Holding::parked), 1U);
    EXPECT_NE(waiting_read(file), 0U);
}

TEST_F(SessionUsers, the_end_of_a_client_gives_back_all_that_it_held) {
    const std::uint64_t file = kernel.open();
    ASSERT_NE(waiting_read(file), 0U);
    ASSERT_EQ(kernel.poll(file, POLLIN), 0U);
    kernel.release(file);
    EXPECT_TRUE(kernel.session().users().in_use().empty());
}

TEST_F(SessionUsers, what_a_resource_takes_is_charged_until_its_answer) {
    board.hold_reads(true);
    const std::uint64_t file = kernel.open();
    const std::uint64_t read = waiting_read(file);
    ASSERT_NE(waiting_read(file), 0U);
    EXPECT_EQ(error_of(kernel.send_read(file)), EAGAIN);
    ReadRequest taken{board.take(board.log().held.at(0))};
    EXPECT_EQ(held(1, Holding::parked), 2U);
    kernel.release(file);
    EXPECT_EQ(held(1, Holding::parked), 1U);
    EXPECT_EQ(held(1, Holding::open_file), 1U) << "the request has it";
    taken.reply("x");
    EXPECT_EQ(error_of(read), 0);
    EXPECT_TRUE(kernel.session().users().in_use().empty());
}

TEST_F(SessionUsers, who_passes_a_descriptor_on_has_the_file_and_who_calls_has_the_call) {
    const std::uint64_t file = kernel.open();
    kernel.set_user(user(2));
    const std::uint64_t read = waiting_read(file);
    ASSERT_NE(read, 0U);
    ASSERT_EQ(kernel.poll(file, POLLIN), 0U);
    EXPECT_EQ(held(1, Holding::open_file), 1U);
    EXPECT_EQ(held(1, Holding::parked), 0U);
    EXPECT_EQ(held(2, Holding::open_file), 0U);
    EXPECT_EQ(held(2, Holding::parked), 1U);
    kernel.set_user(0);
    ASSERT_NE(waiting_read(file), 0U);
    ASSERT_NE(waiting_read(file), 0U);
    kernel.set_user(user(1));
    EXPECT_NE(waiting_read(file), 0U);
    board.put(Condition::input);
    EXPECT_EQ(error_of(read), 0);
    EXPECT_EQ(held(2, Holding::parked), 0U);
}

TEST_F(SessionUsers, a_poll_adds_nothing_to_the_file_however_often_and_whoever_asks) {
    const std::uint64_t file = kernel.open();
    for (int count = 0; count < 100; ++count) {
        kernel.set_user(user(static_cast<std::uint32_t>(1 + count % 2)));
        ASSERT_EQ(kernel.poll(file, POLLIN | POLLPRI), 0U);
    }
    EXPECT_EQ(board.wait_queue().counters().armed_now, 4U)
        << "input, out of band, and error and hang-up, which nobody has to ask for";
    board.put(Condition::input);
    EXPECT_EQ(kernel.wakes_of(KernelEnd::poll_handle_of(file)), 1);
}

TEST_F(SessionUsers, a_forked_child_that_drops_its_copies_gives_nothing_of_the_parents_back) {
    board.hold_reads(true);
    const std::uint64_t file = kernel.open();
    ASSERT_NE(waiting_read(file), 0U);
    Request taken = board.take(board.log().held.at(0));
    const int status = core::in_child([&] {
        taken = Request{};
        return held(1, Holding::parked) == 0;
    });
    EXPECT_EQ(status, 0);
    EXPECT_EQ(held(1, Holding::parked), 1U);
    EXPECT_EQ(held(1, Holding::open_file), 1U);
}

TEST_F(SessionUsers, the_status_says_who_holds_how_much_and_how_much_he_may) {
    const std::uint64_t file = kernel.open();
    ASSERT_NE(waiting_read(file), 0U);
    ASSERT_EQ(kernel.poll(file, POLLIN), 0U);
    kernel.set_user(0);
    ASSERT_NE(kernel.open(), 0U);
    const std::string status = status_of(kernel);
    EXPECT_THAT(status, HasSubstr(R"("limits":{"open_files":3,"parked":2})"));
    EXPECT_THAT(status, HasSubstr(R"("users":[{"uid":)" + std::to_string(user(1)) +
                                  R"(,"open_files":1,"unanswered":1,"parked":1,"armed":3}])"));
    EXPECT_THAT(status, HasSubstr(R"("users_omitted":0)"));
}

TEST_F(SessionUsers, of_very_many_users_the_status_names_those_who_hold_most) {
    for (std::uint32_t number = 1; number <= 500; ++number) {
        kernel.set_user(user(number));
        ASSERT_EQ(error_of_open(kernel), 0);
    }
    ASSERT_EQ(error_of_open(kernel), 0);
    const std::string status = status_of(kernel);
    EXPECT_THAT(status, HasSubstr(R"("users":[{"uid":)" + std::to_string(user(500)) +
                                  R"(,"open_files":2,)"));
    EXPECT_THAT(status, HasSubstr(R"("users_omitted":436)"));
}

// Keeps what is asked of it in a place of its own.
class Hoarder final : public Resource {
public:
    std::vector<ReadRequest> kept;

private:
    void read(OpenFile&, ReadRequest request) override { kept.push_back(std::move(request)); }
};

TEST(SessionUsersKept, calls_that_a_resource_keeps_for_itself_are_limited_before_it_is_asked) {
    Hoarder hoarder;
    TestKernel kernel{&hoarder, {.open_files_max = 1, .parked_max = 5}};
    kernel.set_user(user(1));
    const std::uint64_t file = kernel.open();
    while (!kernel.answer_of(kernel.send_read(file))) {
        ASSERT_LE(hoarder.kept.size(), 1000U);
    }
    EXPECT_EQ(hoarder.kept.size(), 5U + UserAccount::unparked_max);
    EXPECT_EQ(kernel.answer_of(kernel.send_read(file))->error, EAGAIN);
    hoarder.kept.back().reply("x");
    EXPECT_FALSE(kernel.answer_of(kernel.send_read(file)));
    hoarder.kept.clear();
    EXPECT_EQ(held_by(kernel.session().users(), user(1), Holding::unanswered), 0U);
}

TEST(SessionUsersMemory, where_memory_is_short_nothing_stays_charged_of_what_has_failed) {
    Switchboard board;
    TestKernel kernel{&board, {.open_files_max = 2, .parked_max = 2}};
    const std::uint64_t file = kernel.open();
    bool parked = false;
    for (std::uint32_t left = 0; !parked; ++left) {
        kernel.set_user(user(2 + left));  // of whom nobody has heard yet
        const std::uint64_t open = kernel.send(FUSE_OPEN, FUSE_ROOT_ID, ::fuse_open_in{});
        const std::uint64_t read = kernel.send_read(file);
        {
            const core::FewAllocations few{left};
            kernel.loop().run_until_idle();
        }
        const int error = kernel.answer_of(open).value_or(Answer{.error = -1}).error;
        ASSERT_TRUE(error == 0 || error == ENOMEM) << error;
        parked = !kernel.answer_of(read);
        ASSERT_TRUE(parked || kernel.answer_of(read)->error == ENOMEM);
        EXPECT_EQ(held_by(kernel.session().users(), user(2 + left), Holding::open_file),
                  error == 0 ? 1U : 0U);
        EXPECT_EQ(held_by(kernel.session().users(), user(2 + left), Holding::parked),
                  parked ? 1U : 0U);
        EXPECT_EQ(held_by(kernel.session().users(), user(2 + left), Holding::unanswered),
                  parked ? 1U : 0U);
    }
}

TEST(UserAccounts, those_of_users_who_hold_nothing_any_more_are_forgotten) {
    UserAccounts accounts{{}};
    const std::weak_ptr<UserAccount> idle = accounts.of(user(1));
    Charge charge;
    ASSERT_TRUE(charge.take(accounts.of(user(2)), Holding::open_file));
    const std::weak_ptr<UserAccount> busy = charge.account();
    for (std::uint32_t number = 3; number < 1000; ++number) {
        ASSERT_NE(accounts.of(user(number)), nullptr);
    }
    EXPECT_TRUE(idle.expired());
    EXPECT_EQ(accounts.of(user(2)), busy.lock());
    EXPECT_EQ(accounts.in_use().size(), 1U);
}

TEST(UserAccounts, without_a_limit_there_is_none) {
    UserAccounts accounts{{.parked_max = UserLimits::unlimited}};
    std::array<Charge, 100> charges;
    for (Charge& charge : charges) {
        ASSERT_TRUE(charge.take(accounts.of(user(1)), Holding::unanswered));
    }
    EXPECT_EQ(accounts.of(user(1))->held(Holding::unanswered), 100U);
}

}  // namespace
}  // namespace tocsin::resource
