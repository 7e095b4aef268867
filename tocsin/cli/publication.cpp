// From the input to the readers. Private to tocsin/cli.
#include <tocsin/cli/publication.h>

#include <algorithm>
#include <utility>

#include <tocsin/cli/say.h>

namespace tocsin::cli {

namespace {

constexpr std::size_t input_size_max = std::size_t{64} << 10;

// A client that closes a path which is gone is told so by close(2), and cat(1) complains then; one
// that is woken by the end and looks too late sees an error in its place.
constexpr std::chrono::seconds grace{1};

}  // namespace

Publication::Publication(core::Loop& loop, int input, const PublicationOptions& options,
                         base::Callback<> finished)
    : loop_{loop},
      options_{options},
      finished_{finished},
      ring_{options.ring_size, options.on_full},
      input_{loop, input, [this] { read_some(); }},
      consider_{[this] { consider(); }},
      linger_{[this] { finish_once(); }},
      grace_{[this] { finish_unless_somebody_came(); }},
      space_(std::min(input_size_max, options.ring_size)) {
    consider_.schedule(loop);
}

void Publication::reader_told_end() noexcept {
    grace_.cancel();
    consider_.schedule(loop_);
}

void Publication::reader_appeared() noexcept {
    ++appeared_;
    consider_.schedule(loop_);
}

const char* Publication::input_state() noexcept {
    if (is_finished_) {
        return "finished";
    }
    if (ring_.ended()) {
        return "ended";
    }
    return !started_ ? "gathering" : ring_.room() == 0 ? "waiting" : "reading";
}

// Finds out what follows from what the readers did.
void Publication::consider() {
    if (is_finished_) {
        return;
    }
    started_ = started_ || appeared_ >= options_.readers_first;
    input_.set_active(started_ && !ring_.ended() && ring_.room() > 0);
    if (!ring_.finished() || options_.keep) {
        grace_.cancel();
    } else if (ring_.reader_count() == 0 && observers_ == 0) {
        finish_once();
    } else if (!grace_.armed()) {
        grace_.arm(loop_, loop_.now() + grace);
    }
}

void Publication::read_some() {
    const std::size_t size = std::min({space_.size(), ring_.room(), ring_.room_at_once()});
    if (size == 0) {
        input_.set_active(false);
        return;
    }
    const InputSource::Input input = input_.read(std::span{space_}.first(size));
    bytes_taken_ += input.size;
    ring_.append({space_.data(), input.size});
    tell_of_refused();
    if (input.ended) {
        input_error_ = input.error;
        end();
    }
    for (Audience* const audience : audiences_) {
        audience->look_again();
    }
    consider();
}

// The first one, and then ever more rarely: a line for each would be a flood of its own.
void Publication::tell_of_refused() {
    const std::uint64_t refused = ring_.records_refused();
    if (refused < refused_to_tell_) {
        return;
    }
    refused_to_tell_ = 2 * refused;
    say("tocsin serve: a record is larger than the ring of {} bytes and was not published "
        "({} so far); raise --ring\n",
        ring_.capacity(), refused);
}

void Publication::end() {
    ring_.end();
    input_.set_active(false);
    if (input_error_ && bytes_taken_ == 0) {
        finish_once();
    }
    if (options_.linger) {
        linger_.arm(loop_, loop_.now() + *options_.linger);
    }
}

void Publication::finish_unless_somebody_came() {
    if (ring_.finished()) {
        finish_once();
    }
}

void Publication::finish_once() {
    if (!is_finished_) {
        stop();
        finished_();
    }
}

void Publication::stop() noexcept {
    is_finished_ = true;
    input_.set_active(false);
    linger_.cancel();
    grace_.cancel();
}

}  // namespace tocsin::cli
