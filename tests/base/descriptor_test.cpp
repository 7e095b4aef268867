// Owned descriptors: closed once, by their owner, keeping errno.
#include <tocsin/base/descriptor.h>

#include <cerrno>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <utility>

namespace tocsin::base {
namespace {

int open_null() {
    return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

bool is_open(int number) {
    return ::fcntl(number, F_GETFD) >= 0;
}

TEST(Descriptor, owns_nothing_until_it_is_given_something) {
    const Descriptor nothing;
    EXPECT_FALSE(nothing);
    EXPECT_EQ(nothing.number(), -1);
}

TEST(Descriptor, closes_what_it_owns_when_it_goes) {
    const int number = open_null();
    {
        const Descriptor owner{number};
        EXPECT_TRUE(owner);
        EXPECT_TRUE(is_open(number));
    }
    EXPECT_FALSE(is_open(number));
}

TEST(Descriptor, moving_moves_the_duty_to_close) {
    const int number = open_null();
    Descriptor first{number};
    Descriptor second{std::move(first)};
    EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): that is the promise
    EXPECT_EQ(second.number(), number);
    Descriptor third{open_null()};
    const int closed_by_assignment = third.number();
    third = std::move(second);
    EXPECT_FALSE(is_open(closed_by_assignment));
    EXPECT_TRUE(is_open(number));
    Descriptor& self = third;
    third = std::move(self);
    EXPECT_TRUE(is_open(number));
}

TEST(Descriptor, releasing_leaves_the_descriptor_open_for_the_caller) {
    const int number = open_null();
    {
        Descriptor owner{number};
        EXPECT_EQ(owner.release(), number);
    }
    EXPECT_TRUE(is_open(number));
    const Descriptor closer{number};
}

TEST(Descriptor, closing_keeps_errno) {
    Descriptor owner{open_null()};
    const int number = owner.number();
    errno = EDOM;
    owner.reset();
    EXPECT_EQ(errno, EDOM);
    EXPECT_FALSE(is_open(number));
    Descriptor mistaken{number};
    errno = EDOM;
    mistaken.reset();
    EXPECT_EQ(errno, EDOM);
}

}  // namespace
}  // namespace tocsin::base
