// Runs RecordRing beside a reference that is too simple to be wrong, on random input.
#include <deque>
#include <memory>
#include <random>
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

class Dice {
public:
    explicit Dice(unsigned seed) : engine_{seed} {}
    std::size_t up_to(std::size_t largest) {
        return std::uniform_int_distribution<std::size_t>{0, largest}(engine_);
    }
    bool one_in(std::size_t count) { return up_to(count - 1) == 0; }
    std::string bytes(std::size_t size_max, std::size_t line_length) {
        std::string text(up_to(size_max), ' ');
        for (char& letter : text) {
            letter = one_in(line_length) ? '\n' : static_cast<char>('a' + up_to(25));
        }
        return text;
    }

private:
    std::mt19937 engine_;
};

// The records that a ring of so many bytes keeps, as strings.
struct Reference {
    explicit Reference(std::size_t size) : capacity{size} {}

    std::size_t capacity;
    std::deque<std::string> kept;
    std::size_t first = 0;  // the number of the oldest
    std::string begun;
    std::size_t refused = 0;
    bool skipping = false;
    bool ended = false;

    void append(std::string_view bytes) {
        while (!bytes.empty()) {
            const std::size_t end = bytes.find('\n');
            const bool whole = end != std::string_view::npos;
            take(bytes.substr(0, whole ? end + 1 : bytes.size()), whole);
            bytes.remove_prefix(whole ? end + 1 : bytes.size());
        }
    }

    void take(std::string_view piece, bool whole) {
        if (!skipping && begun.size() + piece.size() > capacity) {
            ++refused;
            begun.clear();
            skipping = true;
        }
        if (skipping) {
            skipping = !whole;
            return;
        }
        begun += piece;
        drop();
        if (whole) {
            kept.push_back(std::move(begun));
            begun.clear();
        }
    }

    void drop() {
        std::size_t size = begun.size();
        for (const std::string& record : kept) {
            size += record.size();
        }
        for (; size > capacity; ++first) {
            size -= kept.front().size();
            kept.pop_front();
        }
    }

    void end() {
        if (!begun.empty()) {
            kept.push_back(begun);
        }
        begun.clear();
        ended = true;
    }
};

struct ReferenceReader {
    explicit ReferenceReader(const Reference& ring) : next{ring.first} {}

    std::size_t next;  // the number of the record to read next
    std::string rest;  // of the record before it
    std::size_t lost = 0;

    std::string read(const Reference& ring, std::size_t size) {
        const bool rest_is_kept = next > ring.first;
        std::string text = rest.substr(0, size);
        rest.erase(0, text.size());
        if (!text.empty() && (!rest.empty() || !rest_is_kept)) {
            return text;
        }
        if (next < ring.first) {
            lost += ring.first - next;
            next = ring.first;
            return "<loss>";
        }
        while (fits(ring, size - text.size())) {
            text += ring.kept[next++ - ring.first];
        }
        if (text.empty() && next < ring.first + ring.kept.size()) {
            rest = ring.kept[next++ - ring.first];
            text = rest.substr(0, size);
            rest.erase(0, size);
        }
        return !text.empty() ? text : ring.ended ? "<end>" : "<nothing>";
    }

    bool fits(const Reference& ring, std::size_t size) const {
        return next < ring.first + ring.kept.size() && ring.kept[next - ring.first].size() <= size;
    }

    std::size_t waiting(const Reference& ring) const {
        return ring.first + ring.kept.size() - std::max(next, ring.first) + (rest.empty() ? 0 : 1);
    }
};

std::string read(RecordReader& reader, std::size_t size) {
    std::string space(size, '\0');
    const RecordReader::Answer answer = reader.read(space);
    const char* const words[] = {"", "<nothing>", "<loss>", "<end>"};
    return answer.found == Found::records ? space.substr(0, answer.size)
                                          : words[static_cast<std::size_t>(answer.found)];
}

// A ring and its reference, and pairs of readers, that are made to do the same.
class Pair {
public:
    Pair(unsigned seed, std::size_t capacity)
        : dice_{seed}, ring_{capacity, OnFull::drop_oldest}, reference_{capacity} {}

    void step() {
        const std::size_t line_length = 1 + dice_.up_to(12);
        switch (dice_.up_to(3)) {
        case 0:
            append(dice_.bytes(ring_.capacity() + 4, line_length));
            break;
        case 1:
            join_or_leave();
            break;
        default:
            read_both();
        }
        compare();
    }

    void finish() {
        ring_.end();
        reference_.end();
        for (std::size_t reads = 0; reads < 1000; ++reads) {
            read_both();
        }
        compare();
    }

private:
    void append(const std::string& bytes) {
        ASSERT_EQ(ring_.append(bytes), bytes.size());
        reference_.append(bytes);
    }

    void join_or_leave() {
        if (readers_.size() < 4 && dice_.one_in(2)) {
            readers_.push_back(std::make_unique<RecordReader>(ring_));
            references_.emplace_back(reference_);
        } else if (!readers_.empty() && dice_.one_in(8)) {
            readers_.erase(readers_.begin());
            references_.erase(references_.begin());
        }
    }

    void read_both() {
        if (readers_.empty()) {
            return;
        }
        const std::size_t which = dice_.up_to(readers_.size() - 1);
        const std::size_t size = 1 + dice_.up_to(ring_.capacity());
        ASSERT_EQ(read(*readers_[which], size), references_[which].read(reference_, size));
    }

    void compare() {
        ASSERT_EQ(ring_.records_refused(), reference_.refused);
        ASSERT_EQ(ring_.records_published(), reference_.first + reference_.kept.size());
        for (std::size_t which = 0; which < readers_.size(); ++which) {
            const ReferenceReader& expected = references_[which];
            const bool behind = expected.next < reference_.first;
            ASSERT_EQ(readers_[which]->behind(), behind);
            ASSERT_EQ(readers_[which]->records_lost(),
                      expected.lost + (behind ? reference_.first - expected.next : 0));
            ASSERT_EQ(readers_[which]->records_waiting(), expected.waiting(reference_));
        }
    }

    Dice dice_;
    RecordRing ring_;
    Reference reference_;
    std::vector<std::unique_ptr<RecordReader>> readers_;
    std::vector<ReferenceReader> references_;
};

TEST(RecordRingProperty, does_what_a_list_of_strings_does) {
    for (unsigned seed = 0; seed < 2000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Pair pair{seed, 1 + seed % 40};
        for (int step = 0; step < 60; ++step) {
            ASSERT_NO_FATAL_FAILURE(pair.step());
        }
        ASSERT_NO_FATAL_FAILURE(pair.finish());
    }
}

// A ring from which nothing may be lost, and readers that remember all that they were given.
class Lossless {
public:
    Lossless(unsigned seed, std::size_t capacity)
        : dice_{seed}, line_length_{1 + dice_.up_to(2 * capacity)}, ring_{capacity, OnFull::wait} {}

    void step() {
        switch (dice_.up_to(3)) {
        case 0:
            append();
            break;
        case 1:
            join_or_leave();
            break;
        default:
            read_some();
        }
        check_that_nothing_is_stuck();
    }

    // Feeds the rest; every reader reads until the end.
    void finish() {
        if (readers_.empty()) {
            join();
        }
        for (int turn = 0; turn < 20; ++turn) {
            append();
            for (Reader& reader : readers_) {
                read_everything(reader);
            }
        }
        ring_.end();
        for (Reader& reader : readers_) {
            read_everything(reader);
            ASSERT_TRUE(reader.place->told_end());
            ASSERT_TRUE(input_.ends_with(reader.seen));
            ASSERT_NO_FATAL_FAILURE(check_seen(reader.seen));
        }
    }

private:
    struct Reader {
        std::unique_ptr<RecordReader> place;
        std::string seen;
    };

    void append() {
        const std::string bytes = dice_.bytes(ring_.capacity() * 2, line_length_);
        input_ += bytes.substr(0, ring_.append(bytes));
    }

    void join() { readers_.push_back({std::make_unique<RecordReader>(ring_), ""}); }

    void join_or_leave() {
        if (readers_.size() < 3 && dice_.one_in(3)) {
            join();
        } else if (!readers_.empty() && dice_.one_in(4)) {
            leave();
        }
    }

    void leave() {
        ASSERT_NO_FATAL_FAILURE(check_seen(readers_.front().seen));
        readers_.erase(readers_.begin());
    }

    // What a reader was given is one stretch of the input that begins with a record.
    void check_seen(const std::string& seen) {
        const bool from_the_beginning = input_.starts_with(seen);
        ASSERT_TRUE(from_the_beginning || input_.find("\n" + seen) != std::string::npos) << seen;
    }

    void read_some() {
        if (!readers_.empty()) {
            Reader& reader = readers_[dice_.up_to(readers_.size() - 1)];
            const std::string text = read(*reader.place, 1 + dice_.up_to(ring_.capacity()));
            ASSERT_NE(text, "<loss>");
            reader.seen += text == "<nothing>" ? "" : text;
        }
    }

    void read_everything(Reader& reader) {
        for (;;) {
            const std::string text = read(*reader.place, 1 + dice_.up_to(ring_.capacity()));
            if (text == "<nothing>" || text == "<end>") {
                return;
            }
            reader.seen += text;
        }
    }

    void check_that_nothing_is_stuck() {
        if (ring_.room() > 0 || readers_.empty()) {
            return;
        }
        bool someone_is_ready = false;
        for (Reader& reader : readers_) {
            someone_is_ready = someone_is_ready || reader.place->ready(1000000);
        }
        ASSERT_TRUE(someone_is_ready) << "the input waits, and no reader is woken";
    }

    Dice dice_;
    std::size_t line_length_;
    RecordRing ring_;
    std::string input_;
    std::vector<Reader> readers_;
};

TEST(RecordRingProperty, loses_nothing_and_never_gets_stuck_when_it_waits) {
    for (unsigned seed = 0; seed < 2000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Lossless lossless{seed, 1 + seed % 30};
        for (int step = 0; step < 80; ++step) {
            ASSERT_NO_FATAL_FAILURE(lossless.step());
        }
        ASSERT_NO_FATAL_FAILURE(lossless.finish());
    }
}

// One reader after the other, each of which reads a bit and goes: together they see every record.
TEST(RecordRingProperty, leaves_no_record_unread_between_readers_that_come_and_go) {
    for (unsigned seed = 0; seed < 500; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Dice dice{seed};
        RecordRing ring{8 + seed % 30, OnFull::wait};
        int written = 0;
        int expected_max = 0;
        std::string unsent;
        while (expected_max < 300) {
            if (unsent.empty()) {
                unsent = std::to_string(written++) + "\n";
            }
            unsent.erase(0, ring.append(unsent));
            if (ring.room() > 0 && !dice.one_in(4)) {
                continue;
            }
            RecordReader reader{ring};
            const std::string text = read(reader, 1 + dice.up_to(ring.capacity()));
            const std::size_t end = text.rfind('\n');
            if (text == "<nothing>" || end == std::string::npos) {
                continue;
            }
            ASSERT_LE(std::stoi(text), expected_max) << "a record was left to nobody";
            const std::string whole = text.substr(0, end);
            const std::size_t line = whole.rfind('\n');
            expected_max =
                std::max(expected_max,
                         std::stoi(whole.substr(line == std::string::npos ? 0 : line + 1)) + 1);
        }
    }
}

}  // namespace
