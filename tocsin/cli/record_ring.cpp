// The bounded ring of records: its writing side. Private to tocsin/cli.
#include <tocsin/cli/record_ring.h>

#include <algorithm>

#include <tocsin/base/check.h>
#include <tocsin/cli/record_reader.h>

namespace tocsin::cli {

RecordRing::RecordRing(std::size_t capacity, OnFull on_full) : bytes_{capacity}, on_full_{on_full} {
    base::check(capacity > 0, "a RecordRing of no bytes: give it at least one");
}

RecordRing::~RecordRing() {
    base::check(readers_.empty(), "a RecordRing went before its readers: destroy them first");
}

std::size_t RecordRing::room() noexcept {
    return on_full_ == OnFull::drop_oldest ? SIZE_MAX : capacity() - (written_ - keep_from());
}

std::size_t RecordRing::append(std::string_view bytes) {
    base::check(!ended_, "RecordRing::append() after end(): nothing may follow the end");
    const std::string_view fitting = bytes.substr(0, room());
    std::size_t taken = 0;
    while (taken < fitting.size()) {
        taken += append_some(fitting.substr(taken));
    }
    return taken;
}

void RecordRing::end() noexcept {
    next_record_ += begun_ ? 1 : 0;
    begun_ = false;
    visible_ = written_;
    ended_ = true;
}

std::uint64_t RecordRing::records_lost() noexcept {
    std::uint64_t lost = lost_by_gone_;
    for (const RecordReader* reader = readers_.first(); reader != nullptr;
         reader = readers_.next_of(*reader)) {
        lost += reader->records_lost();
    }
    return lost;
}

bool RecordRing::finished() noexcept {
    bool told = end_was_told_;
    for (const RecordReader* reader = readers_.first(); reader != nullptr;
         reader = readers_.next_of(*reader)) {
        told = told && reader->told_end();
    }
    return told;
}

std::size_t RecordRing::append_some(std::string_view bytes) {
    if (skipping_) {
        return skip_line(bytes);
    }
    if (on_full_ == OnFull::wait || size_begun() + bytes.size() <= capacity()) {
        store(bytes);
        return bytes.size();
    }
    // One of these records may be too large, so they are taken one by one.
    const std::size_t line_end = bytes.find('\n');
    const std::string_view line =
        line_end == std::string_view::npos ? bytes : bytes.substr(0, line_end + 1);
    if (size_begun() + line.size() > capacity()) {
        refuse_begun();
        return skip_line(line);
    }
    store(line);
    return line.size();
}

std::size_t RecordRing::skip_line(std::string_view bytes) noexcept {
    const std::size_t end = bytes.find('\n');
    skipping_ = end == std::string_view::npos;
    return skipping_ ? bytes.size() : end + 1;
}

void RecordRing::refuse_begun() noexcept {
    ++refused_;
    written_ = visible_;
    begun_ = false;
}

void RecordRing::store(std::string_view bytes) {
    make_room(bytes.size());
    bytes_.write(written_, bytes);
    const std::uint64_t end = written_ + bytes.size();
    if (const std::uint64_t lines = bytes_.count_lines(written_, end); lines > 0) {
        next_record_ += lines;
        visible_ = bytes_.after_last_line(written_, end);
    }
    written_ = end;
    begun_ = bytes.back() != '\n';
    if (on_full_ == OnFull::wait && size_begun() == capacity()) {
        // The record is larger than the ring: readers are given what there is of it, so that the
        // rest can follow.
        visible_ = written_;
    }
}

void RecordRing::make_room(std::size_t size) {
    if (written_ + size > head_ + capacity()) {
        move_head(written_ + size - capacity());
    }
}

// Drops what lies before `least`, and the rest of the record that `least` is in as well, unless a
// reader that is waited for is in the middle of it.
void RecordRing::move_head(std::uint64_t least) {
    const std::uint64_t line_end = bytes_.after_first_line(least - 1, visible_);
    const std::uint64_t limit = on_full_ == OnFull::wait ? keep_from() : visible_;
    const bool at_line_end = line_end >= least && line_end <= limit;
    const std::uint64_t head = at_line_end ? line_end : least;
    for (RecordReader* reader = readers_.first(); reader != nullptr;
         reader = readers_.next_of(*reader)) {
        reader->save_before(head);
    }
    head_record_ += bytes_.count_lines(head_, head);
    head_ = head;
    head_starts_record_ = at_line_end;
}

// Where the records begin that OnFull::wait must not drop.
std::uint64_t RecordRing::keep_from() noexcept {
    std::uint64_t from = readers_.empty() ? std::clamp(read_once_, head_, visible_) : visible_;
    for (RecordReader* reader = readers_.first(); reader != nullptr;
         reader = readers_.next_of(*reader)) {
        from = std::min(from, reader->keeps_from());
    }
    return from;
}

}  // namespace tocsin::cli
