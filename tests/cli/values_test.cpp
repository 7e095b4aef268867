// Proves how the command reads sizes, durations, modes and owners.
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include <tocsin/cli/failure.h>
#include <tocsin/cli/values.h>

namespace {

using namespace tocsin::cli;
using namespace std::chrono_literals;

template <typename Parse>
std::string refusal_of(Parse parse, const std::string& text) {
    try {
        static_cast<void>(parse("--option", text));
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.exit(), Exit::usage);
        return failure.what();
    }
    return "";
}

TEST(Values, a_size_is_a_number_with_or_without_a_unit) {
    EXPECT_EQ(parse_size("--ring", "1"), 1U);
    EXPECT_EQ(parse_size("--ring", "64K"), 65536U);
    EXPECT_EQ(parse_size("--ring", "3M"), 3U << 20);
    EXPECT_EQ(parse_size("--ring", "2GiB"), std::uint64_t{2} << 30);
}

TEST(Values, a_size_that_makes_no_sense_is_refused_with_an_example) {
    for (const char* const text : {"", "-1", "K", "12Q", "1 M", "99999999999999999999", "64G1"}) {
        EXPECT_NE(refusal_of(parse_size, text).find("write for example"), std::string::npos)
            << text;
    }
    EXPECT_NE(refusal_of(parse_size, "65G").find("more than 64G"), std::string::npos);
}

TEST(Values, a_duration_is_a_number_with_or_without_a_unit) {
    EXPECT_EQ(parse_duration("--timeout", "2"), 2s);
    EXPECT_EQ(parse_duration("--timeout", "500ms"), 500ms);
    EXPECT_EQ(parse_duration("--timeout", "1.5m"), 90s);
    EXPECT_EQ(parse_duration("--timeout", "1h"), 3600s);
    EXPECT_EQ(parse_duration("--timeout", "0"), 0s);
}

TEST(Values, a_duration_that_makes_no_sense_is_refused_with_an_example) {
    for (const char* const text : {"", "-1s", "s", "2 weeks", "nan", "inf", "1e300s"}) {
        EXPECT_NE(refusal_of(parse_duration, text).find("for example"), std::string::npos) << text;
    }
}

TEST(Values, a_mode_is_octal_permission_bits) {
    EXPECT_EQ(parse_mode("--mode", "640"), 0640U);
    EXPECT_EQ(parse_mode("--mode", "0666"), 0666U);
    for (const char* const text : {"", "1000", "8", "rw", "6 6", "-1"}) {
        EXPECT_NE(refusal_of(parse_mode, text).find("in octal"), std::string::npos) << text;
    }
}

TEST(Values, an_owner_is_a_user_and_perhaps_a_group) {
    EXPECT_EQ(parse_owner("--owner", "root").uid, 0U);
    EXPECT_FALSE(parse_owner("--owner", "root").gid.has_value());
    EXPECT_EQ(parse_owner("--owner", "root:root").gid, 0U);
    EXPECT_EQ(parse_owner("--owner", "1234:5678").uid, 1234U);
    EXPECT_EQ(parse_owner("--owner", "1234:5678").gid, 5678U);
    EXPECT_NE(refusal_of(parse_owner, "no-such-user").find("no such user"), std::string::npos);
    EXPECT_NE(refusal_of(parse_owner, "root:no-such").find("no such group"), std::string::npos);
}

TEST(Values, a_duration_is_shown_in_the_largest_unit_that_makes_sense) {
    EXPECT_EQ(show_duration(350ms), "350ms");
    EXPECT_EQ(show_duration(12s), "12s");
    EXPECT_EQ(show_duration(200s), "3m 20s");
    EXPECT_EQ(show_duration(125min), "2h 5m");
    EXPECT_EQ(show_duration(97h), "4d 1h");
    EXPECT_EQ(show_duration(-5s), "0ms");
}

}  // namespace
