// What cannot be watched is refused with nothing changed; what the kernel refuses later is told.
#include <tocsin/core/watch.h>

#include <climits>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdexcept>

#include <tests/core/both_ways.h>
#include <tests/core/does.h>
#include <tests/core/patience.h>
#include <tests/core/pipe.h>
#include <tocsin/core/errors.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {
namespace {

class WatchRefusal : public BothWays {
protected:
    std::error_code try_to_watch(int descriptor, Conditions interest) {
        Watch watch;
        const std::error_code error = watch.register_with(loop, descriptor, interest);
        EXPECT_EQ(watch.registered(), !error);
        EXPECT_EQ(loop.registered_count(), error ? 0U : 1U);
        return error;
    }
};
INSTANTIATE_TEST_SUITE_P(Kernel, WatchRefusal, testing::Bool(), way_of);

TEST_P(WatchRefusal, a_descriptor_that_is_not_open_is_an_error) {
    const int closed = Pipe{}.reader.number();
    for (const int descriptor : {-1, INT_MIN, closed, INT_MAX}) {
        EXPECT_EQ(try_to_watch(descriptor, Condition::input), std::errc::bad_file_descriptor);
        EXPECT_EQ(try_to_watch(descriptor, Conditions{}), std::errc::bad_file_descriptor);
    }
}

TEST_P(WatchRefusal, a_regular_file_is_not_watchable_by_epoll_and_always_ready_for_poll) {
    const base::Descriptor file{::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)};
    const std::error_code error = try_to_watch(file.number(), Condition::input);
    if (!uses_epoll()) {
        EXPECT_FALSE(error);
        return;
    }
    EXPECT_EQ(error, Error::not_watchable);
    EXPECT_EQ(error, std::errc::operation_not_permitted);
    EXPECT_THAT(error.message(), testing::HasSubstr("regular file"));
}

TEST_P(WatchRefusal, a_refused_watch_can_watch_something_else) {
    const Pipe pipe;
    Watch watch;
    EXPECT_TRUE(watch.register_with(loop, -1, Condition::input));
    EXPECT_FALSE(watch.register_with(loop, pipe.reader.number(), Condition::input));
    pipe.write_byte();
    EXPECT_TRUE(loop.turn(Wait::yes));
}

// The descriptor is closed under its watch, which is wrong, but must not leave the loop asleep.
TEST_P(WatchRefusal, an_interest_that_the_kernel_refuses_is_told_as_an_error) {
    Pipe pipe;
    Conditions told;
    Watch watch{base::Callback<Conditions>{[&told](Conditions ready) { told = ready; }}};
    ASSERT_FALSE(watch.register_with(loop, pipe.reader.number(), Conditions{}));
    pipe.reader.reset();
    watch.set_interest(Condition::input);
    EXPECT_TRUE(turn_until(loop, [&told] { return told.has(Condition::error); }));
    EXPECT_EQ(told.has(Condition::invalid), !uses_epoll());
}

TEST_P(WatchRefusal, an_interest_that_is_refused_while_the_watch_is_ready_is_told_once) {
    Pipe first;
    Pipe second;
    Watch refused;
    Does<Conditions> change_and_throw{[&](Conditions) {
        second.reader.reset();
        refused.set_interest(Condition::input | Condition::output);
        throw std::runtime_error{"thrown"};
    }};
    Watch thrower{change_and_throw};
    int calls = 0;
    refused.set_handler(base::Callback<Conditions>{[&calls](Conditions) { ++calls; }});
    ASSERT_FALSE(thrower.register_with(loop, first.reader.number(), Condition::input));
    ASSERT_FALSE(refused.register_with(loop, second.reader.number(), Condition::input));
    first.write_byte();
    second.write_byte();
    EXPECT_THROW(loop.turn(Wait::yes), std::runtime_error);
    first.read_all();
    loop.turn(Wait::yes);
    EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace tocsin::core
