// Core's own errors say what is wrong and what to do, and compare with those of the language.
#include <tocsin/core/errors.h>

#include <gtest/gtest.h>
#include <string>
#include <system_error>

namespace tocsin::core {
namespace {

TEST(Errors, each_names_the_state_and_the_remedy) {
    for (const Error error :
         {Error::already_watched, Error::not_watchable, Error::not_a_child, Error::not_catchable}) {
        const std::error_code code = error;
        EXPECT_TRUE(code);
        EXPECT_STREQ(code.category().name(), "tocsin");
        EXPECT_NE(code.message().find(": "), std::string::npos) << code.message();
    }
}

TEST(Errors, compare_with_the_conditions_of_the_language) {
    EXPECT_EQ(std::error_code{Error::already_watched}, std::errc::file_exists);
    EXPECT_EQ(std::error_code{Error::not_watchable}, std::errc::operation_not_permitted);
    EXPECT_EQ(std::error_code{Error::not_a_child}, std::errc::no_child_process);
    EXPECT_EQ(std::error_code{Error::not_catchable}, std::errc::invalid_argument);
    EXPECT_NE(std::error_code{Error::not_catchable}, std::errc::file_exists);
}

TEST(Errors, a_number_that_is_none_of_them_is_still_an_error) {
    const std::error_code strange{77, error_category()};
    EXPECT_EQ(strange.message(), "unknown error");
    EXPECT_EQ(strange.default_error_condition().value(), 77);
}

}  // namespace
}  // namespace tocsin::core
