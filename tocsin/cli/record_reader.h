// One reader's place in the ring of records. Private to tocsin/cli.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <tocsin/base/list.h>
#include <tocsin/cli/byte_ring.h>
#include <tocsin/cli/record_ring.h>

namespace tocsin::cli {

// What a reader finds when it looks.
enum class Found : std::uint8_t {
    records,  // here they are
    nothing,  // not yet
    loss,     // records were dropped before they were read; told once
    end,      // the input has ended, and everything has been read
};

// A place in a RecordRing that belongs to one reader; it begins at the oldest record that is kept,
// and leaves the ring in the destructor. The ring outlives it. Not thread-safe.
//
// Each reader is given whole records, as many as fit; a record that is larger than the space is
// given in parts. A record of which a part has been given is given to its end, also when the ring
// has dropped it meanwhile (at most one record per reader is kept for that). After that the reader
// learns once, by Found::loss, how many records it has lost, and goes on with the oldest one.
class RecordReader : private base::Link<> {
public:
    explicit RecordReader(RecordRing& ring) noexcept;
    ~RecordReader();

    RecordReader(const RecordReader&) = delete;
    RecordReader& operator=(const RecordReader&) = delete;

    struct Answer {
        Found found;
        std::size_t size = 0;  // of what was copied
    };

    // Copies records to `space`, which is not empty, and moves on behind them. Found::loss moves on
    // to the oldest record, and records_lost_last() tells how many are missing.
    Answer read(std::span<char> space);

    // As read(), but without copying: what to hand out, at most `size_max` bytes in two pieces,
    // valid until the ring or this reader changes. consume() moves on.
    struct View {
        Found found;
        ByteRing::Pieces pieces;
        [[nodiscard]] std::size_t size() const noexcept {
            return pieces[0].size() + pieces[1].size();
        }
    };
    [[nodiscard]] View look(std::size_t size_max);

    // Moves on by `size` bytes of what look() gave last.
    void consume(std::size_t size);

    // How many records wait for this reader, the one that it is in the middle of included.
    [[nodiscard]] std::uint64_t records_waiting() noexcept;

    // Whether this reader has something to do: `threshold` records wait, or fewer and the input has
    // ended or three quarters of the ring are full (or more would be lost, or never come), or it
    // has to be told of a loss or of the end.
    [[nodiscard]] bool ready(std::uint64_t threshold) noexcept;

    // Whether records were lost that read() has not told of yet.
    [[nodiscard]] bool behind() const noexcept { return offset_ < ring_.head_ && !skipping_; }

    // How many records are missing in all, and at the place of the last loss; a loss that read()
    // has not told of yet is included.
    [[nodiscard]] std::uint64_t records_lost() const noexcept { return lost_ + lost_now(); }
    [[nodiscard]] std::uint64_t records_lost_last() const noexcept {
        return behind() ? lost_now() : lost_last_;
    }

    // How many records have been handed out as a whole.
    [[nodiscard]] std::uint64_t records_read() const noexcept { return records_read_; }

    // Nobody has looked for records by it: that it goes does not mean that the end was told to a
    // reader, even where there is nothing to read.
    void never_looked() noexcept { has_looked_ = false; }

    // Whether read() has told of the end of the input.
    [[nodiscard]] bool told_end() const noexcept { return told_end_; }

private:
    friend class RecordRing;
    friend class base::List<RecordReader>;

    [[nodiscard]] bool in_the_middle() const noexcept { return offset_ != record_begin_; }
    [[nodiscard]] std::uint64_t lost_now() const noexcept {
        return behind() ? ring_.head_record_ - record_ : 0;
    }
    [[nodiscard]] bool has_saved() const noexcept { return saved_used_ < saved_.size(); }
    [[nodiscard]] std::uint64_t keeps_from() noexcept;
    void begin_at_head() noexcept;
    void find_beginning() noexcept;
    void save_before(std::uint64_t head);
    void finish_last_record() noexcept;
    void catch_up() noexcept;
    void consume_saved(std::size_t size) noexcept;
    [[nodiscard]] std::uint64_t end_of_view(std::size_t size_max) const noexcept;

    RecordRing& ring_;
    std::uint64_t offset_ = 0;        // where in the stream it goes on reading
    std::uint64_t record_begin_ = 0;  // where the record that offset_ is in begins
    std::uint64_t record_ = 0;        // the number of that record
    std::uint64_t records_read_ = 0;
    std::uint64_t lost_ = 0;
    std::uint64_t lost_last_ = 0;
    std::string saved_;           // the rest of a record that the ring has dropped,
    std::size_t saved_used_ = 0;  // and how much of it has been handed out
    bool skipping_ = false;       // it joined in the middle of a record and waits for the next
    bool has_looked_ = true;      // unless its owner knows better
    bool told_end_ = false;
};

}  // namespace tocsin::cli
