// Shows that each call to a FileSystem is answered once, whatever becomes of it; with the test in
// the kernel's place.
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <functional>
#include <new>
#include <poll.h>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include <tests/core/forked.h>
#include <tests/core/patience.h>
#include <tests/resource/file_kernel.h>

namespace tocsin::resource {
namespace {

using namespace std::string_view_literals;

// Keeps what comes, and does with reads and ioctls what the test wants.
class Keeper final : public FileSystem {
public:
    std::vector<FileCall> kept;
    PollWaker waker;
    std::function<void(FileCall&)> on_read = [this](FileCall& call) {
        kept.push_back(std::move(call));
    };
    std::function<bool(CallId)> on_interrupt = [](CallId) { return true; };
    std::size_t overwritten = 0;

private:
    void read(FileCall call, Node, FileHandle, std::size_t, std::int64_t, int) override {
        on_read(call);
    }
    void write(FileCall call, Node, FileHandle, std::span<std::byte> data, std::int64_t,
               int) override {
        std::memset(data.data() - write_headroom, 0xff, write_headroom);
        overwritten += data.size();
        call.reply_written(data.size());
    }
    void ioctl(FileCall call, Node, FileHandle, unsigned, std::uint64_t, std::span<const std::byte>,
               std::size_t) override {
        on_read(call);
    }
    void poll(FileCall call, Node, FileHandle, unsigned, PollWaker given) override {
        waker = std::move(given);
        call.reply_poll(0);
    }
    bool interrupt(CallId id) override { return on_interrupt(id); }
};

class FileAnswers : public testing::Test {
protected:
    // What the answer to a read is when `on_read` deals with it.
    Answer answer_when(std::function<void(FileCall&)> on_read) {
        keeper.on_read = std::move(on_read);
        return kernel.answer_of(kernel.send_read(1)).value_or(Answer{.error = -1});
    }

    Keeper keeper;
    std::optional<FileKernel> started{std::in_place, keeper};
    FileKernel& kernel = *started;
};

TEST_F(FileAnswers, a_call_that_is_kept_is_answered_later_from_any_thread) {
    const std::uint64_t read = kernel.send_read(1);
    ASSERT_FALSE(kernel.answer_of(read));
    ASSERT_EQ(keeper.kept.size(), 1U);
    EXPECT_EQ(keeper.kept[0].id(), read);
    std::thread{[&] { keeper.kept[0].reply_bytes(std::as_bytes(std::span{"later"sv})); }}.join();
    EXPECT_FALSE(keeper.kept[0]);
    const std::optional<Answer> answer = kernel.answer_of(read);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->text(), "later");
}

TEST_F(FileAnswers, a_call_that_is_dropped_answers_eio) {
    EXPECT_EQ(answer_when([](FileCall& call) { const FileCall dropped{std::move(call)}; }).error,
              EIO);
    const std::uint64_t read = kernel.send_read(1);
    keeper.on_read = [this](FileCall& call) { keeper.kept.push_back(std::move(call)); };
    ASSERT_FALSE(kernel.answer_of(read));
    keeper.kept[0] = FileCall{};
    EXPECT_EQ(kernel.answer_of(read).value_or(Answer{}).error, EIO);
}

TEST_F(FileAnswers, what_is_thrown_answers_eio_once) {
    EXPECT_EQ(answer_when([](FileCall&) { throw std::bad_alloc{}; }).error, EIO);
    EXPECT_EQ(answer_when([](FileCall&) { throw 1; }).error, EIO);
    const Answer answered = answer_when([](FileCall& call) {
        call.fail(EPERM);
        throw std::runtime_error{"too late"};
    });
    EXPECT_EQ(answered.error, EPERM);
}

TEST_F(FileAnswers, what_a_file_system_does_not_know_is_enosys_but_for_what_has_to_work) {
    EXPECT_EQ(kernel.ask_names(FUSE_LOOKUP, FUSE_ROOT_ID, "name\0"sv).error, ENOSYS);
    EXPECT_EQ(kernel.ask(FUSE_OPEN, FUSE_ROOT_ID, ::fuse_open_in{}).error, ENOSYS);
    EXPECT_EQ(kernel.ask(FUSE_FLUSH, FUSE_ROOT_ID, ::fuse_flush_in{}).error, 0);
    EXPECT_EQ(kernel.ask(FUSE_RELEASE, FUSE_ROOT_ID, ::fuse_release_in{}).error, 0);
    EXPECT_EQ(kernel.ask_names(FUSE_STATFS, FUSE_ROOT_ID, "").error, 0);
}

TEST_F(FileAnswers, a_number_that_the_kernel_would_not_take_is_eio) {
    for (const int number : {0, -EPERM, 512, 4711, INT_MIN}) {
        EXPECT_EQ(answer_when([&](FileCall& call) { call.fail(number); }).error, EIO) << number;
    }
    EXPECT_EQ(answer_when([](FileCall& call) { call.fail(511); }).error, 511);
}

TEST_F(FileAnswers, any_number_of_pieces_is_one_answer) {
    const std::string_view digits = "0123456789";
    for (const std::size_t count : {0U, 1U, 2U, 1000U, 1001U, 3000U}) {
        std::vector<::iovec> pieces;
        std::string expected;
        for (std::size_t number = 0; number < count; ++number) {
            const char* const digit = &digits[number % digits.size()];
            pieces.push_back({.iov_base = const_cast<char*>(digit), .iov_len = 1});
            expected.push_back(*digit);
        }
        EXPECT_EQ(answer_when([&](FileCall& call) { call.reply_pieces(pieces); }).text(), expected);
        const Answer ioctl = answer_when([&](FileCall& call) { call.reply_ioctl(3, pieces); });
        EXPECT_EQ(ioctl.as<::fuse_ioctl_out>().result, 3);
        EXPECT_EQ(ioctl.text().substr(sizeof(::fuse_ioctl_out)), expected);
    }
}

TEST_F(FileAnswers, a_write_may_lay_words_of_its_own_before_the_data) {
    EXPECT_EQ(kernel.write(1, "data").as<::fuse_write_out>().size, 4U);
    EXPECT_EQ(kernel.write(1, "").as<::fuse_write_out>().size, 0U);
    EXPECT_EQ(keeper.overwritten, 4U);
}

TEST_F(FileAnswers, an_answer_and_a_wake_after_the_end_reach_nobody_and_harm_nobody) {
    ASSERT_FALSE(kernel.answer_of(kernel.send_read(1)));
    ASSERT_FALSE(kernel.answer_of(kernel.send_read(1)));
    static_cast<void>(kernel.poll(1, POLLIN));
    started.reset();
    keeper.waker.wake();
    keeper.kept[0].reply_bytes({});
    EXPECT_FALSE(keeper.kept[0]);
    EXPECT_FALSE(keeper.kept[1].reply_open({}));
}

TEST_F(FileAnswers, a_signal_is_told_by_the_number_of_its_call) {
    const std::uint64_t read = kernel.send_read(1);
    ASSERT_FALSE(kernel.answer_of(read));
    CallId told = 0;
    keeper.on_interrupt = [&](CallId id) {
        told = id;
        keeper.kept[0].fail(EINTR);
        return true;
    };
    const std::uint64_t signal = kernel.interrupt(read);
    EXPECT_EQ(kernel.answer_of(read).value_or(Answer{}).error, EINTR);
    EXPECT_EQ(told, keeper.kept[0].id());
    EXPECT_FALSE(kernel.answer_of(signal));
}

TEST_F(FileAnswers, a_signal_for_a_call_that_is_not_known_is_asked_for_again) {
    keeper.on_interrupt = [](CallId) { return false; };
    EXPECT_EQ(kernel.answer_of(kernel.interrupt(4711)).value_or(Answer{}).error, EAGAIN);
    keeper.on_interrupt = [](CallId) -> bool { throw std::bad_alloc{}; };
    EXPECT_EQ(kernel.answer_of(kernel.interrupt(4711)).value_or(Answer{}).error, EAGAIN);
}

TEST_F(FileAnswers, a_signal_that_comes_while_the_call_is_being_processed_finds_its_number) {
    std::uint64_t signal = 0;
    CallId processed = 0;
    bool known = false;
    keeper.on_interrupt = [&](CallId id) { return known = id == processed; };
    const Answer answer = answer_when([&](FileCall& call) {
        processed = call.id();
        signal = kernel.interrupt(call.id());
        // As another thread that serves would.
        std::vector<std::byte> message = kernel.take_message();
        kernel.session().process(message);
        call.fail(known ? EINTR : EIO);
    });
    EXPECT_EQ(answer.error, EINTR);
    EXPECT_FALSE(kernel.answer_of(signal));
}

TEST_F(FileAnswers, a_call_that_is_processed_within_another_does_not_take_its_number) {
    std::uint64_t inner = 0;
    CallId outer = 0;
    const std::uint64_t read = kernel.send_read(1);
    keeper.on_read = [&](FileCall& call) {
        if (outer == 0) {
            outer = call.id();
            inner = kernel.send_read(1);
            std::vector<std::byte> message = kernel.take_message();
            kernel.session().process(message);
            EXPECT_EQ(Channel::current_message(), outer);
        }
        call.fail(EPERM);
    };
    EXPECT_TRUE(kernel.answer_of(read));
    EXPECT_EQ(outer, read);
    EXPECT_TRUE(kernel.answer_of(inner));
    EXPECT_EQ(Channel::current_message(), 0U);
}

TEST_F(FileAnswers, two_threads_process_and_each_call_has_one_answer) {
    constexpr int count = 400;
    std::vector<std::uint64_t> reads;
    keeper.on_read = [](FileCall& call) {
        const CallId id = call.id();
        call.reply_bytes(std::as_bytes(std::span{&id, 1}));
    };
    std::atomic<bool> over{false};
    const auto serve = [&] {
        while (!over) {
            std::vector<std::byte> message = kernel.take_message();
            kernel.session().process(message);
        }
    };
    std::array<std::thread, 2> threads{std::thread{serve}, std::thread{serve}};
    for (int number = 0; number < count; ++number) {
        const std::uint64_t read = kernel.send_read(1);
        std::optional<Answer> answer;
        EXPECT_TRUE(core::comes_true([&] { return (answer = kernel.heard(read)).has_value(); }));
        EXPECT_EQ(answer.value_or(Answer{}).as<std::uint64_t>(), read);
    }
    over = true;
    for (std::thread& thread : threads) {
        thread.join();
    }
}

TEST_F(FileAnswers, what_comes_from_a_thread_that_serves_is_refused_with_edeadlk) {
    kernel.set_caller(static_cast<std::uint32_t>(::gettid()));
    EXPECT_EQ(kernel.answer_of(kernel.send_read(1)).value_or(Answer{}).error, EDEADLK);
    EXPECT_TRUE(EverySession::is_served_by(::gettid()));
    // Said twice, it is taken back twice.
    kernel.session().begin_serving(::gettid());
    kernel.session().end_serving(::gettid());
    EXPECT_TRUE(kernel.session().serves(::gettid()));
    kernel.session().end_serving(::gettid());
    EXPECT_FALSE(EverySession::is_served_by(::gettid()));
    EXPECT_FALSE(kernel.answer_of(kernel.send_read(1)));
    EXPECT_EQ(keeper.kept.size(), 1U);
}

TEST_F(FileAnswers, a_forked_child_answers_nothing) {
    const std::uint64_t read = kernel.send_read(1);
    ASSERT_FALSE(kernel.answer_of(read));
    static_cast<void>(kernel.poll(1, POLLIN));
    EXPECT_EQ(core::in_child([&] {
                  keeper.waker.wake();
                  keeper.kept.clear();
                  return true;
              }),
              0);
    EXPECT_FALSE(kernel.answer_of(read));
    EXPECT_EQ(kernel.wakes_of(FileKernel::poll_handle_of(1)), 0);
    keeper.kept[0].fail(EPERM);
    EXPECT_EQ(kernel.answer_of(read).value_or(Answer{}).error, EPERM);
}

TEST(FileAnswersDeathTest, answering_twice_stops_the_program_and_says_why) {
    FileCall empty;
    EXPECT_DEATH(empty.succeed(), "FileCall: answered while empty");
}

}  // namespace
}  // namespace tocsin::resource
