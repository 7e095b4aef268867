// The bounded ring of records that `tocsin serve` publishes. Private to tocsin/cli.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <tocsin/base/list.h>
#include <tocsin/cli/byte_ring.h>

namespace tocsin::cli {

class RecordReader;

// What happens to new input when the ring is full.
enum class OnFull : std::uint8_t {
    drop_oldest,  // the oldest records go; a reader that had not read them is told
    wait,         // nothing is dropped: the input waits for the slowest reader
};

// A stream of records of which the latest are kept. A record is a line with its end; the last line
// of the input may lack the end.
//
//   stream:  ... dropped |---- kept: visible to readers ----|-- begun --|   room
//                      head                              visible      written
//
// Memory is bounded by the capacity. With OnFull::drop_oldest a record that is larger than the
// capacity is refused and counted. With OnFull::wait it is published in parts, so that no input
// can get stuck; and a record leaves the ring only when every reader has read it, or, while there
// is no reader, when one had read it.
//
// It owns no reader: a RecordReader joins and leaves by itself. Not thread-safe.
class RecordRing {
public:
    // Throws std::bad_alloc. `capacity` is not zero.
    RecordRing(std::size_t capacity, OnFull on_full);

    // Stops the program when a reader is left.
    ~RecordRing();

    RecordRing(const RecordRing&) = delete;
    RecordRing& operator=(const RecordRing&) = delete;

    // How many bytes append() takes now; with OnFull::drop_oldest as many as there are.
    [[nodiscard]] std::size_t room() noexcept;

    // How many bytes append() may be given at a time so that it drops no record which it has just
    // completed, and which nobody could have read yet; at least one.
    [[nodiscard]] std::size_t room_at_once() const noexcept {
        return std::max<std::size_t>(1, capacity() - size_begun());
    }

    // Takes the first bytes of `bytes`, at most room() of them, and returns how many it took.
    // Records that are complete now become visible. Not after end(). Throws std::bad_alloc when a
    // record that is dropped has to be kept for a reader in the middle of it.
    std::size_t append(std::string_view bytes);

    // Nothing more will come: what is begun becomes a record without an end of line.
    void end() noexcept;

    [[nodiscard]] bool ended() const noexcept { return ended_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return bytes_.capacity(); }
    [[nodiscard]] OnFull on_full() const noexcept { return on_full_; }

    // Sums since the beginning: of records that became visible as a whole, and of those refused
    // because they were larger than the ring.
    [[nodiscard]] std::uint64_t records_published() const noexcept { return next_record_; }
    [[nodiscard]] std::uint64_t records_refused() const noexcept { return refused_; }

    // How many records have left the ring.
    [[nodiscard]] std::uint64_t records_dropped() const noexcept { return head_record_; }

    // How many records readers have lost, each counted for each reader.
    [[nodiscard]] std::uint64_t records_lost() noexcept;

    // Whether the end was told to every reader there is, and to one at least.
    [[nodiscard]] bool finished() noexcept;

    [[nodiscard]] std::size_t reader_count() const noexcept { return reader_count_; }

private:
    friend class RecordReader;

    std::size_t append_some(std::string_view bytes);
    std::size_t skip_line(std::string_view bytes) noexcept;
    void refuse_begun() noexcept;
    void store(std::string_view bytes);
    void make_room(std::size_t size);
    void move_head(std::uint64_t head);
    [[nodiscard]] std::uint64_t keep_from() noexcept;
    [[nodiscard]] std::uint64_t size_begun() const noexcept { return written_ - visible_; }

    ByteRing bytes_;
    OnFull on_full_;
    base::List<RecordReader> readers_;
    std::size_t reader_count_ = 0;

    // Offsets in the stream: head_ <= visible_ <= written_ <= head_ + capacity.
    std::uint64_t head_ = 0;
    std::uint64_t visible_ = 0;
    std::uint64_t written_ = 0;
    std::uint64_t head_record_ = 0;  // the number of the record that head_ is in
    std::uint64_t next_record_ = 0;  // the number of the record that is begun, or will be
    std::uint64_t read_once_ = 0;    // what lies before has been read by some reader that is gone
    bool head_starts_record_ = true;
    bool begun_ = false;     // the stream stands in the middle of a record
    bool skipping_ = false;  // what comes is the rest of a record that was refused
    bool ended_ = false;
    bool end_was_told_ = false;
    std::uint64_t refused_ = 0;
    std::uint64_t lost_by_gone_ = 0;  // by readers that have left
};

}  // namespace tocsin::cli
