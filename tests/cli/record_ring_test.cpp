// Proves what RecordRing and RecordReader promise, one sentence at a time.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <tocsin/cli/record_reader.h>
#include <tocsin/cli/record_ring.h>

namespace {

using tocsin::cli::Found;
using tocsin::cli::OnFull;
using tocsin::cli::RecordReader;
using tocsin::cli::RecordRing;

// What one read of at most `size` bytes gives; the text says "<loss>" and the like for the rest.
std::string read(RecordReader& reader, std::size_t size = 1000) {
    std::string space(size, '\0');
    const RecordReader::Answer answer = reader.read(space);
    switch (answer.found) {
    case Found::records:
        return space.substr(0, answer.size);
    case Found::nothing:
        return "<nothing>";
    case Found::loss:
        return "<loss of " + std::to_string(reader.records_lost_last()) + ">";
    case Found::end:
        return "<end>";
    }
    return "<unknown>";
}

TEST(RecordRing, gives_whole_records_as_many_as_fit) {
    RecordRing ring{100, OnFull::drop_oldest};
    RecordReader reader{ring};
    ring.append("one\ntwo\nthree\n");
    EXPECT_EQ(read(reader, 10), "one\ntwo\n");
    EXPECT_EQ(read(reader, 10), "three\n");
    EXPECT_EQ(read(reader, 10), "<nothing>");
}

TEST(RecordRing, gives_every_reader_its_own_place) {
    RecordRing ring{100, OnFull::drop_oldest};
    RecordReader fast{ring};
    RecordReader slow{ring};
    ring.append("one\ntwo\n");
    EXPECT_EQ(read(fast), "one\ntwo\n");
    EXPECT_EQ(read(slow, 5), "one\n");
    EXPECT_EQ(read(slow, 5), "two\n");
}

TEST(RecordRing, begins_a_new_reader_at_the_oldest_record_kept) {
    RecordRing ring{8, OnFull::drop_oldest};
    ring.append("one\ntwo\nsix\n");
    RecordReader reader{ring};
    EXPECT_FALSE(reader.behind());
    EXPECT_EQ(read(reader), "two\nsix\n");
}

TEST(RecordRing, hides_a_record_until_its_end_of_line_has_come) {
    RecordRing ring{100, OnFull::drop_oldest};
    RecordReader reader{ring};
    ring.append("o");
    ring.append("ne");
    EXPECT_EQ(read(reader), "<nothing>");
    EXPECT_EQ(reader.records_waiting(), 0U);
    ring.append("\n");
    EXPECT_EQ(reader.records_waiting(), 1U);
    EXPECT_EQ(read(reader), "one\n");
}

TEST(RecordRing, takes_a_last_line_without_an_end_for_a_record) {
    RecordRing ring{100, OnFull::drop_oldest};
    RecordReader reader{ring};
    ring.append("one\ntwo");
    ring.end();
    EXPECT_EQ(ring.records_published(), 2U);
    EXPECT_EQ(read(reader, 4), "one\n");
    EXPECT_EQ(read(reader), "two");
    EXPECT_EQ(reader.records_read(), 2U);
    EXPECT_EQ(read(reader), "<end>");
}

TEST(RecordRing, tells_the_end_only_when_everything_has_been_read) {
    RecordRing ring{100, OnFull::drop_oldest};
    RecordReader reader{ring};
    ring.append("one\n");
    ring.end();
    EXPECT_FALSE(reader.told_end());
    EXPECT_EQ(read(reader), "one\n");
    EXPECT_FALSE(reader.told_end());
    EXPECT_EQ(read(reader), "<end>");
    EXPECT_TRUE(reader.told_end());
    EXPECT_EQ(read(reader), "<end>");
}

TEST(RecordRing, hands_out_a_record_larger_than_the_space_in_parts) {
    RecordRing ring{100, OnFull::drop_oldest};
    RecordReader reader{ring};
    ring.append("longer than four\nshort\n");
    EXPECT_EQ(read(reader, 4), "long");
    EXPECT_EQ(read(reader, 4), "er t");
    EXPECT_EQ(reader.records_waiting(), 2U);
    EXPECT_EQ(read(reader, 100), "han four\nshort\n");
    EXPECT_EQ(reader.records_read(), 2U);
}

TEST(RecordRing, tells_a_reader_that_fell_behind_once_how_many_records_it_lost) {
    RecordRing ring{8, OnFull::drop_oldest};
    RecordReader reader{ring};
    ring.append("one\ntwo\n");
    EXPECT_FALSE(reader.behind());
    ring.append("six\nten\n");
    EXPECT_TRUE(reader.behind());
    EXPECT_EQ(reader.records_lost(), 2U);
    EXPECT_EQ(reader.records_lost_last(), 2U);
    EXPECT_EQ(read(reader), "<loss of 2>");
    EXPECT_FALSE(reader.behind());
    EXPECT_EQ(reader.records_lost(), 2U);
    EXPECT_EQ(read(reader), "six\nten\n");
    EXPECT_EQ(read(reader), "<nothing>");
}

TEST(RecordRing, loses_nothing_for_a_reader_that_reads_each_time_what_fits_at_once) {
    RecordRing ring{16, OnFull::drop_oldest};
    RecordReader reader{ring};
    const std::string text = "1234567890\nabc\n\n1234567890abcde\nlast\n";
    std::string given;
    for (std::size_t place = 0; place < text.size();) {
        place += ring.append(std::string_view{text}.substr(place, ring.room_at_once()));
        const std::string got = read(reader);
        given += got == "<nothing>" ? "" : got;
    }
    EXPECT_EQ(given, text);
}

TEST(RecordRing, adds_up_the_losses_of_a_reader) {
    RecordRing ring{4, OnFull::drop_oldest};
    RecordReader reader{ring};
    ring.append("one\ntwo\n");
    EXPECT_EQ(read(reader), "<loss of 1>");
    ring.append("six\nten\n");
    EXPECT_EQ(read(reader), "<loss of 2>");
    EXPECT_EQ(reader.records_lost(), 3U);
    EXPECT_EQ(reader.records_lost_last(), 2U);
    EXPECT_EQ(read(reader), "ten\n");
}

TEST(RecordRing, finishes_a_record_it_has_begun_to_hand_out_before_it_tells_of_a_loss) {
    RecordRing ring{16, OnFull::drop_oldest};
    RecordReader reader{ring};
    ring.append("half of it\n");
    EXPECT_EQ(read(reader, 4), "half");
    ring.append("0123456789\nabcdefghij\n");
    EXPECT_EQ(read(reader, 4), " of ");
    EXPECT_EQ(reader.records_waiting(), 2U);
    EXPECT_EQ(read(reader, 100), "it\n");
    EXPECT_EQ(read(reader), "<loss of 1>");
    EXPECT_EQ(read(reader), "abcdefghij\n");
    EXPECT_EQ(reader.records_read(), 2U);
}

TEST(RecordRing, refuses_a_record_larger_than_the_ring_and_goes_on) {
    RecordRing ring{8, OnFull::drop_oldest};
    RecordReader reader{ring};
    ring.append("12345678");
    ring.append("9 is too large\nsix\n");
    EXPECT_EQ(ring.records_refused(), 1U);
    EXPECT_EQ(ring.records_published(), 1U);
    EXPECT_EQ(read(reader), "six\n");
}

TEST(RecordRing, holds_a_record_exactly_as_large_as_itself) {
    for (const OnFull on_full : {OnFull::drop_oldest, OnFull::wait}) {
        RecordRing ring{8, on_full};
        RecordReader reader{ring};
        EXPECT_EQ(ring.append("1234567\n"), 8U);
        EXPECT_EQ(read(reader), "1234567\n");
        EXPECT_EQ(ring.append("abcdefg\n"), 8U);
        EXPECT_EQ(read(reader), "abcdefg\n");
    }
    RecordRing ring{8, OnFull::drop_oldest};
    ring.append("1234567\nabcdefg\n");
    EXPECT_EQ(ring.records_refused(), 0U);
}

TEST(RecordRing, makes_the_input_wait_for_the_slowest_reader_when_nothing_may_be_lost) {
    RecordRing ring{8, OnFull::wait};
    RecordReader fast{ring};
    RecordReader slow{ring};
    EXPECT_EQ(ring.append("one\ntwo\nsix\n"), 8U);
    EXPECT_EQ(read(fast), "one\ntwo\n");
    EXPECT_EQ(ring.room(), 0U);
    EXPECT_EQ(read(slow, 4), "one\n");
    EXPECT_EQ(ring.room(), 4U);
    EXPECT_EQ(ring.append("six\n"), 4U);
    EXPECT_EQ(read(slow), "two\nsix\n");
    EXPECT_EQ(read(fast), "six\n");
}

TEST(RecordRing, makes_the_input_wait_while_there_is_no_reader_when_nothing_may_be_lost) {
    RecordRing ring{8, OnFull::wait};
    EXPECT_EQ(ring.append("one\ntwo\nsix\n"), 8U);
    EXPECT_EQ(ring.room(), 0U);
    RecordReader reader{ring};
    EXPECT_EQ(read(reader), "one\ntwo\n");
    EXPECT_EQ(ring.room(), 8U);
}

TEST(RecordRing, keeps_for_the_next_reader_what_the_last_one_left_unread) {
    RecordRing ring{8, OnFull::wait};
    ring.append("one\ntwo\n");
    {
        RecordReader first{ring};
        EXPECT_EQ(read(first, 6), "one\n");
        EXPECT_EQ(read(first, 2), "tw");
    }
    EXPECT_EQ(ring.append("six\nten\n"), 4U);
    RecordReader second{ring};
    EXPECT_EQ(read(second), "two\nsix\n");
}

TEST(RecordRing, publishes_a_record_larger_than_the_ring_in_parts_when_nothing_may_be_lost) {
    RecordRing ring{8, OnFull::wait};
    RecordReader reader{ring};
    EXPECT_EQ(ring.append("12345678"), 8U);
    EXPECT_TRUE(reader.ready(5));
    EXPECT_EQ(read(reader), "12345678");
    EXPECT_EQ(ring.append("9\nsix\n"), 6U);
    EXPECT_EQ(read(reader), "9\nsix\n");
    EXPECT_EQ(reader.records_read(), 2U);
    EXPECT_EQ(ring.records_refused(), 0U);
}

TEST(RecordRing, begins_a_reader_that_comes_amid_a_record_in_parts_at_the_next_record) {
    RecordRing ring{8, OnFull::wait};
    RecordReader first{ring};
    ring.append("12345678");
    EXPECT_EQ(read(first), "12345678");
    ring.append("9");
    std::optional<RecordReader> second{ring};
    EXPECT_EQ(read(*second), "<nothing>");
    EXPECT_EQ(ring.append("0\nsix\n"), 6U);
    EXPECT_EQ(read(*second), "six\n");
    EXPECT_EQ(read(first), "90\nsix\n");
}

TEST(RecordRing, is_ready_from_the_threshold_on) {
    RecordRing ring{100, OnFull::drop_oldest};
    RecordReader reader{ring};
    ring.append("one\ntwo\n");
    EXPECT_FALSE(reader.ready(3));
    ring.append("six\n");
    EXPECT_TRUE(reader.ready(3));
    EXPECT_EQ(read(reader, 4), "one\n");
    EXPECT_FALSE(reader.ready(3));
}

TEST(RecordRing, is_ready_below_the_threshold_when_three_quarters_of_the_ring_wait) {
    RecordRing ring{16, OnFull::drop_oldest};
    RecordReader reader{ring};
    ring.append("one\ntwo\n");
    EXPECT_FALSE(reader.ready(10));
    ring.append("six\n");
    EXPECT_TRUE(reader.ready(10));
}

TEST(RecordRing, is_ready_below_the_threshold_when_the_input_has_ended) {
    RecordRing ring{100, OnFull::drop_oldest};
    RecordReader reader{ring};
    ring.append("one\n");
    EXPECT_FALSE(reader.ready(3));
    ring.end();
    EXPECT_TRUE(reader.ready(3));
    EXPECT_EQ(read(reader), "one\n");
    EXPECT_TRUE(reader.ready(3));
}

TEST(RecordRing, is_ready_below_the_threshold_to_tell_of_a_loss) {
    RecordRing ring{40, OnFull::drop_oldest};
    RecordReader reader{ring};
    ring.append(std::string(29, 'x').append(1, '\n'));
    ring.append(std::string(14, 'y'));
    EXPECT_EQ(reader.records_waiting(), 0U);
    EXPECT_TRUE(reader.ready(10));
    EXPECT_EQ(read(reader), "<loss of 1>");
    EXPECT_FALSE(reader.ready(10));
}

TEST(RecordRing, counts_its_readers) {
    RecordRing ring{8, OnFull::wait};
    EXPECT_EQ(ring.reader_count(), 0U);
    std::vector<std::unique_ptr<RecordReader>> readers;
    readers.push_back(std::make_unique<RecordReader>(ring));
    readers.push_back(std::make_unique<RecordReader>(ring));
    EXPECT_EQ(ring.reader_count(), 2U);
    readers.pop_back();
    EXPECT_EQ(ring.reader_count(), 1U);
}

TEST(RecordRing, gives_an_empty_input_an_end) {
    RecordRing ring{8, OnFull::wait};
    RecordReader reader{ring};
    ring.end();
    EXPECT_EQ(ring.records_published(), 0U);
    EXPECT_EQ(read(reader), "<end>");
}

TEST(RecordRingDeathTest, stops_the_program_that_appends_after_the_end) {
    RecordRing ring{8, OnFull::wait};
    ring.end();
    EXPECT_DEATH(ring.append("one\n"), "after end");
}

}  // namespace
