// Shows what a resource does that overrides nothing, and what it does without a mount, with the
// test in the kernel's place.
#include <cerrno>
#include <fcntl.h>
#include <poll.h>

#include <gtest/gtest.h>

#include <tests/resource/test_kernel.h>
#include <tocsin/resource/resource.h>

namespace tocsin::resource {
namespace {

using core::Condition;

TEST(PlainResource, a_read_gets_the_end_of_the_file) {
    Resource plain;
    TestKernel kernel{&plain};
    const std::optional<Answer> answer = kernel.answer_of(kernel.send_read(kernel.open(O_RDONLY)));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->error, 0);
    EXPECT_EQ(answer->text(), "");
}

TEST(PlainResource, a_write_is_refused) {
    Resource plain;
    TestKernel kernel{&plain};
    EXPECT_EQ(kernel.write(kernel.open(O_WRONLY), "x").error, EINVAL);
}

TEST(PlainResource, input_and_output_are_always_there_as_in_a_regular_file_and_nothing_else_is) {
    Resource plain;
    TestKernel kernel{&plain};
    EXPECT_EQ(kernel.poll(kernel.open(O_RDWR), POLLIN | POLLOUT | POLLPRI),
              unsigned{POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM});
}

TEST(PlainResource, has_no_request_to_be_taken_and_wakes_nobody_where_it_is_not_mounted) {
    Resource plain;
    OpenFile file;
    plain.trigger(Condition::input);
    EXPECT_FALSE(plain.take(RequestId{1}));
    EXPECT_FALSE(plain.take(file, Request::Kind::read));
}

// What an open file says of itself, asked as the client has opened it.
struct Witness final : Resource {
    OpenResult open(const Opening&) override {
        auto made = std::make_unique<OpenFile>();
        file = made.get();
        return made;
    }
    OpenFile* file = nullptr;
};

TEST(OpenFiles, say_what_they_were_opened_for) {
    Witness witness;
    TestKernel kernel{&witness};
    for (const int flags : {O_RDONLY, O_WRONLY, O_RDWR}) {
        const std::uint64_t file = kernel.open(flags);
        EXPECT_EQ(witness.file->readable(), flags != O_WRONLY);
        EXPECT_EQ(witness.file->writable(), flags != O_RDONLY);
        kernel.release(file);
    }
}

TEST(OpenFiles, have_a_threshold_of_one_until_another_one_is_set) {
    OpenFile file;
    file.set_threshold(Condition::input, 7);
    EXPECT_EQ(file.threshold(Condition::input), 7);
    EXPECT_EQ(file.threshold(Condition::output), 1);
    file.set_threshold(Condition::input, 0);
    EXPECT_EQ(file.threshold(Condition::input), 1) << "less than one is always there";
    EXPECT_EQ(file.threshold(static_cast<Condition>(core::condition_count - 1)), 1)
        << "poll(2) cannot wait for it";
}

}  // namespace
}  // namespace tocsin::resource
