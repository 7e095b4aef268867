// A client's calls on a path of records. Private to tocsin/cli.
#include <tocsin/cli/record_resource.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <span>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include <tocsin/cli/record_status.h>
#include <tocsin/cli/records.h>

namespace tocsin::cli {

namespace {

// The kernel cuts a large read(2) into requests of this size, and asks for the next one only when
// the one before was filled. A request that may have been cut is never filled to the last byte:
// otherwise the call would go on to wait for more, with records already in its hands.
constexpr std::size_t request_size_max = std::size_t{128} << 10;
constexpr std::size_t page_size = 4096;

constexpr std::size_t size_to_fill(std::size_t size) noexcept {
    return size > request_size_max - page_size ? size - 1 : size;
}

}  // namespace

RecordResource::RecordResource(const resource::Attributes& attributes, Publication& publication,
                               std::uint64_t threshold, LineOutput* output)
    : Resource{attributes},
      publication_{publication},
      ring_{publication.ring()},
      threshold_{threshold},
      output_{output},
      space_(request_size_max) {
    publication.add(*this);
}

resource::OpenResult RecordResource::open(const resource::Opening& opening) {
    const int mode = opening.flags & O_ACCMODE;
    if (mode != O_RDONLY && output_ == nullptr) {
        return std::errc::permission_denied;
    }
    auto file = std::make_unique<RecordFile>();
    if (mode != O_WRONLY) {
        file->reader_.emplace(ring_);
        file->set_threshold(core::Condition::input, static_cast<std::int64_t>(threshold_));
    }
    files_.push_back(*file);
    return file;
}

void RecordResource::close(resource::OpenFile& file) {
    auto& closed = file.as<RecordFile>();
    if (output_ != nullptr) {
        closed.lines_.finish(*output_);
    }
    forget_reader(closed);
    if (closed.observes_) {
        publication_.observer_disappeared();
    }
    closed.unlink();
}

void RecordResource::read(resource::OpenFile& file, resource::ReadRequest request) {
    auto& client = file.as<RecordFile>();
    if (client.observes_) {
        request.fail(std::errc::operation_not_permitted);
        return;
    }
    note_look(client);
    if (request.size() == 0) {
        request.reply(std::string_view{});
        return;
    }
    const std::size_t size = std::min(size_to_fill(request.size()), space_.size());
    const bool knew_end = client.reader_->told_end();
    const RecordReader::Answer answer = client.reader_->read(std::span{space_}.first(size));
    switch (answer.found) {
    case Found::records:
        request.reply(std::string_view{space_.data(), answer.size});
        break;
    case Found::nothing:
        park(std::move(request));
        return;
    case Found::loss:
        client.losses_told_ = 0;
        request.fail(std::errc::broken_pipe);
        break;
    case Found::end:
        request.reply(std::string_view{});
        if (!knew_end) {
            publication_.reader_told_end();
        }
        break;
    }
    publication_.reader_moved();
}

void RecordResource::write(resource::OpenFile& file, resource::WriteRequest request) {
    if (output_->broken()) {
        request.fail(output_->broken().value());
    } else if (!output_->has_room()) {
        park(std::move(request));
    } else if (file.as<RecordFile>().lines_.feed(request.text(), *output_)) {
        request.accept();
    } else {
        request.fail(std::errc::message_size);
    }
}

void RecordResource::ioctl(resource::OpenFile& file, resource::IoctlRequest request) {
    auto& client = file.as<RecordFile>();
    if (request.command() == tocsin_ioctl_records_lost) {
        reply_losses(client, std::move(request));
    } else if (request.command() == tocsin_ioctl_observe) {
        observe(client);
        request.reply();
    } else if (request.command() == tocsin_ioctl_records_status) {
        reply_status(std::move(request));
    } else {
        request.fail(std::errc::inappropriate_io_control_operation);
    }
}

std::int64_t RecordResource::level(resource::OpenFile& file, core::Condition condition) {
    auto& client = file.as<RecordFile>();
    switch (condition) {
    case core::Condition::input:
        return input_level(client);
    case core::Condition::output:
        return client.writable() && (output_->has_room() || output_->broken()) ? 1 : 0;
    case core::Condition::out_of_band:
        return losses_of(client) > 0 ? 1 : 0;
    case core::Condition::hang_up:
        return ring_.ended() ? 1 : 0;
    default:
        return 0;
    }
}

// What poll(2) is to say is "the threshold is reached" or not; a client that has to be told
// something else reaches it, too.
std::int64_t RecordResource::input_level(RecordFile& file) noexcept {
    if (file.observes_) {
        return observed_level(file);
    }
    if (!file.reader_) {
        return 0;
    }
    note_look(file);
    const auto threshold = static_cast<std::int64_t>(threshold_);
    const auto waiting = static_cast<std::int64_t>(file.reader_->records_waiting());
    return is_ready(file) ? std::max(waiting, threshold) : std::min(waiting, threshold - 1);
}

std::int64_t RecordResource::observed_level(const RecordFile& file) const noexcept {
    const std::uint64_t published = ring_.records_published() - file.published_seen_;
    return ring_.ended() ? INT64_MAX : static_cast<std::int64_t>(published);
}

// When all clients are ready, as they are with the usual threshold of one, one trigger reaches them
// all; otherwise each that is ready gets its own.
void RecordResource::look_again() {
    const std::lock_guard lock{mutex()};
    bool all_ready = true;
    for (RecordFile* file = files_.first(); file != nullptr; file = files_.next_of(*file)) {
        if (file->reader_) {
            answer_parked_reads(*file);
        }
        tell_of_loss(*file);
        const bool waits = file->reader_ || file->observes_;
        all_ready = all_ready && (!waits || is_ready(*file));
    }
    if (all_ready) {
        trigger(core::Condition::input);
    } else {
        trigger_those_ready();
    }
    if (ring_.ended()) {
        trigger(core::Condition::hang_up);
    }
}

void RecordResource::trigger_those_ready() noexcept {
    for (RecordFile* file = files_.first(); file != nullptr; file = files_.next_of(*file)) {
        if (is_ready(*file)) {
            trigger(*file, core::Condition::input);
        }
    }
}

bool RecordResource::is_ready(RecordFile& file) noexcept {
    return file.observes_ ? observed_level(file) > 0
                          : file.reader_ && file.reader_->ready(threshold_);
}

void RecordResource::tell_of_loss(RecordFile& file) noexcept {
    const std::uint64_t losses = losses_of(file);
    if (file.observes_ ? losses > file.losses_told_ : losses > 0 && file.losses_told_ == 0) {
        trigger(file, core::Condition::out_of_band);
    }
    file.losses_told_ = losses;
}

// A blocking read waits for any record, a poll for as many as the threshold says: so those who
// read are served here, and only those who poll are triggered.
void RecordResource::answer_parked_reads(RecordFile& file) {
    while (file.reader_->ready(1)) {
        resource::Request request = take(file, resource::Request::Kind::read);
        if (!request) {
            return;
        }
        read(file, resource::ReadRequest{std::move(request)});
    }
}

void RecordResource::output_changed() {
    trigger(core::Condition::output);
}

void RecordResource::note_look(RecordFile& file) noexcept {
    if (!std::exchange(file.has_looked_, true)) {
        publication_.reader_appeared();
    }
}

void RecordResource::forget_reader(RecordFile& file) noexcept {
    if (std::exchange(file.has_looked_, false)) {
        publication_.reader_disappeared();
    } else if (file.reader_) {
        file.reader_->never_looked();
    }
    file.reader_.reset();
    publication_.reader_moved();
}

void RecordResource::observe(RecordFile& file) noexcept {
    const bool again = std::exchange(file.observes_, true);
    if (!again) {
        publication_.observer_appeared();
    }
    forget_reader(file);
    file.set_threshold(core::Condition::input, 1);
    file.published_seen_ = again ? ring_.records_published() : ring_.records_dropped();
    file.losses_seen_ = ring_.records_lost();
    file.losses_told_ = 0;
}

void RecordResource::reply_status(resource::IoctlRequest request) {
    nlohmann::json document = describe(publication_, threshold_);
    document["open"] = nlohmann::json::array();
    for (RecordFile* file = files_.first(); file != nullptr; file = files_.next_of(*file)) {
        if (file->reader_) {
            document["open"].push_back(describe(*file->reader_, file->id()));
        }
    }
    const std::string text = print_bounded(std::move(document), "open", request.output_size());
    request.reply(static_cast<int>(text.size()), std::as_bytes(std::span{text}));
}

void RecordResource::reply_losses(RecordFile& file, resource::IoctlRequest request) {
    tocsin_records_lost lost{};
    if (file.observes_) {
        lost = {.last = losses_of(file), .total = ring_.records_lost()};
    } else if (file.reader_) {
        lost = {.last = file.reader_->records_lost_last(), .total = file.reader_->records_lost()};
    }
    request.reply(0, std::as_bytes(std::span{&lost, 1}));
}

// What the out-of-band condition is about: the losses that a reader has not been told of yet, or
// that an observer has not seen.
std::uint64_t RecordResource::losses_of(RecordFile& file) noexcept {
    if (file.observes_) {
        return ring_.records_lost() - file.losses_seen_;
    }
    return file.reader_ && file.reader_->behind() ? file.reader_->records_lost_last() : 0;
}

}  // namespace tocsin::cli
