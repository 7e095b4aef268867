// One reader's place in the ring of records. Private to tocsin/cli.
#include <tocsin/cli/record_reader.h>

#include <algorithm>
#include <cstring>

#include <tocsin/base/check.h>

namespace tocsin::cli {

RecordReader::RecordReader(RecordRing& ring) noexcept : ring_{ring} {
    ring_.readers_.push_back(*this);
    ++ring_.reader_count_;
    begin_at_head();
    find_beginning();
}

RecordReader::~RecordReader() {
    if (!skipping_) {
        ring_.read_once_ = std::max(ring_.read_once_, record_begin_);
    }
    const bool read_all = has_looked_ && ring_.ended_ && offset_ == ring_.written_ && !has_saved();
    ring_.end_was_told_ = ring_.end_was_told_ || read_all;
    ring_.lost_by_gone_ += records_lost();
    unlink();
    --ring_.reader_count_;
}

RecordReader::Answer RecordReader::read(std::span<char> space) {
    base::check(!space.empty(), "RecordReader::read() into no space: give it at least a byte");
    const View view = look(space.size());
    std::ranges::copy(view.pieces[1], std::ranges::copy(view.pieces[0], space.begin()).out);
    const std::size_t size = view.size();
    if (size > 0) {
        consume(size);
    }
    return {view.found, size};
}

RecordReader::View RecordReader::look(std::size_t size_max) {
    if (has_saved()) {
        return {Found::records, {std::string_view{saved_}.substr(saved_used_, size_max), {}}};
    }
    find_beginning();
    if (behind()) {
        catch_up();
        return {Found::loss, {}};
    }
    if (offset_ < ring_.visible_) {
        return {Found::records, ring_.bytes_.pieces(offset_, end_of_view(size_max))};
    }
    finish_last_record();
    told_end_ = ring_.ended_;
    ring_.end_was_told_ = ring_.ended_;
    return {told_end_ ? Found::end : Found::nothing, {}};
}

void RecordReader::consume(std::size_t size) {
    if (has_saved()) {
        consume_saved(size);
        return;
    }
    const std::uint64_t end = offset_ + size;
    base::check(end <= ring_.visible_, "RecordReader::consume() of more than look() gave");
    if (const std::uint64_t lines = ring_.bytes_.count_lines(offset_, end); lines > 0) {
        record_ += lines;
        records_read_ += lines;
        record_begin_ = ring_.bytes_.after_last_line(offset_, end);
    }
    offset_ = end;
    finish_last_record();
}

std::uint64_t RecordReader::records_waiting() noexcept {
    find_beginning();
    const std::uint64_t first = behind() ? ring_.head_record_ : record_;
    const std::uint64_t whole = ring_.next_record_ - first + (has_saved() ? 1 : 0);
    // A part of a record that is larger than the ring counts as one.
    return whole == 0 && std::max(offset_, ring_.head_) < ring_.visible_ ? 1 : whole;
}

bool RecordReader::ready(std::uint64_t threshold) noexcept {
    if (ring_.ended_ || behind()) {
        return true;
    }
    const std::uint64_t waiting = records_waiting();
    const std::uint64_t three_quarters = ring_.capacity() - ring_.capacity() / 4;
    return waiting >= threshold || (waiting > 0 && ring_.written_ - keeps_from() >= three_quarters);
}

// Where the records begin that the ring has to keep for this reader. The record that it is in the
// middle of is kept whole, so that it counts as unread if the reader leaves; only one that is
// larger than the ring cannot be.
std::uint64_t RecordReader::keeps_from() noexcept {
    find_beginning();
    if (skipping_) {
        return ring_.visible_;
    }
    const bool larger_than_ring = record_ == ring_.next_record_ || record_begin_ < ring_.head_;
    return larger_than_ring ? offset_ : record_begin_;
}

void RecordReader::begin_at_head() noexcept {
    offset_ = ring_.head_;
    record_begin_ = ring_.head_;
    record_ = ring_.head_record_;
    skipping_ = !ring_.head_starts_record_;
}

// Looks for the next beginning of a record, when it joined in the middle of one.
void RecordReader::find_beginning() noexcept {
    if (skipping_ && offset_ < ring_.head_) {
        begin_at_head();
    }
    if (!skipping_) {
        return;
    }
    const std::uint64_t next = ring_.bytes_.after_first_line(offset_, ring_.visible_);
    if (next == offset_) {
        offset_ = ring_.visible_;
        skipping_ = !ring_.ended_;
        record_ = ring_.ended_ ? ring_.next_record_ : record_;
    } else {
        offset_ = next;
        skipping_ = false;
        ++record_;
    }
    record_begin_ = offset_;
}

// Keeps the rest of the record that this reader is in the middle of, if it lies before `head`.
void RecordReader::save_before(std::uint64_t head) {
    const bool goes = in_the_middle() && record_begin_ < head && !behind() && !skipping_;
    if (!goes || ring_.on_full_ == OnFull::wait) {
        return;
    }
    const std::uint64_t end = ring_.bytes_.after_first_line(offset_, ring_.visible_);
    const ByteRing::Pieces rest = ring_.bytes_.pieces(offset_, end);
    saved_.reserve(end - offset_);
    saved_.assign(rest[0]).append(rest[1]);
    saved_used_ = 0;
    offset_ = end;
    record_begin_ = end;
    ++record_;
}

// The last record of the input may lack its end of line: nothing in the bytes says that it is over.
void RecordReader::finish_last_record() noexcept {
    if (ring_.ended_ && offset_ == ring_.written_ && in_the_middle()) {
        record_begin_ = offset_;
        ++record_;
        ++records_read_;
    }
}

void RecordReader::catch_up() noexcept {
    lost_last_ = lost_now();
    lost_ += lost_last_;
    begin_at_head();
}

void RecordReader::consume_saved(std::size_t size) noexcept {
    saved_used_ += size;
    if (!has_saved()) {
        saved_ = {};
        saved_used_ = 0;
        ++records_read_;
    }
}

std::uint64_t RecordReader::end_of_view(std::size_t size_max) const noexcept {
    const std::uint64_t end = std::min<std::uint64_t>(ring_.visible_, offset_ + size_max);
    if (end == ring_.visible_) {
        return end;
    }
    const std::uint64_t whole = ring_.bytes_.after_last_line(offset_, end);
    return whole > offset_ ? whole : end;
}

}  // namespace tocsin::cli
