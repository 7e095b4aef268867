// Records from an input into a ring, and when that begins, waits and ends. Private to tocsin/cli.
#pragma once

#include <cstdint>
#include <optional>
#include <system_error>
#include <vector>

#include <tocsin/base/callback.h>
#include <tocsin/base/clock.h>
#include <tocsin/cli/input_source.h>
#include <tocsin/cli/record_ring.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/task.h>
#include <tocsin/core/timer.h>

namespace tocsin::cli {

// A way by which readers come to the records.
class Audience {
public:
    virtual ~Audience() = default;

    // Records have come, or have been dropped, or the input has ended.
    virtual void look_again() = 0;
};

struct PublicationOptions {
    std::size_t ring_size = std::size_t{1} << 20;
    OnFull on_full = OnFull::drop_oldest;
    std::uint64_t readers_first = 0;       // how many readers have to come before the input is read
    bool keep = false;                     // never finished
    std::optional<base::Duration> linger;  // at most so long after the end of the input
};

// Reads `input` into a ring of records as fast as the ring allows, and tells its audiences.
//
//   gathering ----------> reading <-----> waiting ----------> ended ---------> finished
//      readers_first have     the ring is full        end of    the end was told to every reader
//      come                   and nothing may be      input     there is, and to one at least, and
//                             dropped                           they closed or had a second for it,
//                                                               as had observers (or it lingered
//                                                               long enough, or nothing at all
//                                                               could be read)
//
// On the loop's thread. The caller owns the input and the audiences.
class Publication {
public:
    // `finished` is called from the loop, once. Throws std::bad_alloc, std::system_error.
    Publication(core::Loop& loop, int input, const PublicationOptions& options,
                base::Callback<> finished);

    void add(Audience& audience) { audiences_.push_back(&audience); }

    [[nodiscard]] RecordRing& ring() noexcept { return ring_; }

    // A reader has looked for records for the first time; one that had is gone.
    void reader_appeared() noexcept;
    void reader_disappeared() noexcept { --appeared_; }

    // Somebody watches without reading; and has closed.
    void observer_appeared() noexcept { ++observers_; }
    void observer_disappeared() noexcept {
        --observers_;
        reader_moved();
    }

    // A reader has read, was told something, or is gone. What that makes possible is done soon.
    void reader_moved() noexcept { consider_.schedule(loop_); }

    // Takes no more input, and is finished without saying so.
    void stop() noexcept;

    // A reader has been told of the end for the first time, and has a second to close.
    void reader_told_end() noexcept;

    // Why the input ended before its time.
    [[nodiscard]] std::error_code input_error() const noexcept { return input_error_; }

    // What it is doing, in one of the words of the drawing above.
    [[nodiscard]] const char* input_state() noexcept;

    // How many bytes of input have been taken.
    [[nodiscard]] std::uint64_t bytes_taken() const noexcept { return bytes_taken_; }

private:
    void consider();
    void read_some();
    void tell_of_refused();
    void end();
    void finish_unless_somebody_came();
    void finish_once();

    core::Loop& loop_;
    PublicationOptions options_;
    base::Callback<> finished_;
    RecordRing ring_;
    InputSource input_;
    core::Task consider_;
    core::Timer linger_;
    core::Timer grace_;  // for those who were told the end and have not closed yet
    std::vector<Audience*> audiences_;
    std::vector<char> space_;
    std::size_t appeared_ = 0;
    std::size_t observers_ = 0;
    std::uint64_t bytes_taken_ = 0;
    std::uint64_t refused_to_tell_ = 1;  // when so many were refused, the next line is due
    std::error_code input_error_;
    bool started_ = false;
    bool is_finished_ = false;
};

}  // namespace tocsin::cli
