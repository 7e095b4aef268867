// Proves when a Publication is finished, with a clock that is driven by hand.
#include <array>
#include <chrono>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

#include <tocsin/base/clock.h>
#include <tocsin/base/descriptor.h>
#include <tocsin/cli/publication.h>
#include <tocsin/cli/record_reader.h>
#include <tocsin/core/loop.h>

namespace {

using namespace tocsin;
using namespace std::chrono_literals;
using cli::Found;

// A publication of an input that ends at once.
class PublicationEnd : public testing::Test {
protected:
    void pass(base::Duration time) {
        clock_.advance(time);
        loop_.run_until_idle();
    }

    // What a client does that reads until it is told of the end.
    void read_to_the_end(cli::RecordReader& reader) {
        std::array<char, 100> space{};
        ASSERT_EQ(reader.read(space).found, Found::end);
        publication_.reader_told_end();
        loop_.run_until_idle();
    }

    void SetUp() override { loop_.run_until_idle(); }

    base::ManualClock clock_;
    core::Loop loop_{core::LoopOptions{.clock = clock_}};
    base::Descriptor input_ = [] {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe(ends.data()), 0);
        ::close(ends[1]);
        return base::Descriptor{ends[0]};
    }();
    bool finished_ = false;
    cli::Publication publication_{loop_, input_.number(), {}, [this] { finished_ = true; }};
};

TEST_F(PublicationEnd, a_reader_that_was_told_has_a_second_to_close) {
    cli::RecordReader reader{publication_.ring()};
    read_to_the_end(reader);
    pass(999ms);
    EXPECT_FALSE(finished_);
    pass(1ms);
    EXPECT_TRUE(finished_);
}

TEST_F(PublicationEnd, a_reader_that_comes_within_the_second_is_told_too) {
    cli::RecordReader first{publication_.ring()};
    read_to_the_end(first);
    pass(900ms);
    cli::RecordReader second{publication_.ring()};
    pass(500ms);
    EXPECT_FALSE(finished_);
    read_to_the_end(second);
    pass(1s);
    EXPECT_TRUE(finished_);
}

TEST_F(PublicationEnd, who_only_watches_has_a_second_to_close_as_well) {
    publication_.observer_appeared();
    {
        cli::RecordReader reader{publication_.ring()};
        read_to_the_end(reader);
    }
    publication_.reader_moved();
    pass(999ms);
    EXPECT_FALSE(finished_);
    pass(1ms);
    EXPECT_TRUE(finished_);
}

TEST_F(PublicationEnd, nothing_waits_for_who_has_watched_and_closed) {
    publication_.observer_appeared();
    {
        cli::RecordReader reader{publication_.ring()};
        read_to_the_end(reader);
    }
    publication_.reader_moved();
    pass(0s);
    EXPECT_FALSE(finished_);
    publication_.observer_disappeared();
    pass(0s);
    EXPECT_TRUE(finished_);
}

TEST_F(PublicationEnd, each_reader_has_its_own_second) {
    cli::RecordReader first{publication_.ring()};
    read_to_the_end(first);
    cli::RecordReader second{publication_.ring()};
    pass(900ms);
    read_to_the_end(second);
    pass(900ms);
    EXPECT_FALSE(finished_);
    pass(100ms);
    EXPECT_TRUE(finished_);
}

}  // namespace
