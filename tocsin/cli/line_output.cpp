// Whole lines to standard output. Private to tocsin/cli.
#include <tocsin/cli/line_output.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <sys/socket.h>
#include <unistd.h>

#include <tocsin/base/errors.h>
#include <tocsin/core/errors.h>

namespace tocsin::cli {

namespace {

// Whether a line of `text` is longer than may be; the first one has `begun` bytes already.
bool holds_a_long_line(std::size_t begun, std::string_view text) {
    while (true) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (begun + end > LineAssembler::line_size_max) {
            return true;
        }
        if (end == text.size()) {
            return false;
        }
        text.remove_prefix(end + 1);
        begun = 0;
    }
}

}  // namespace

LineOutput::LineOutput(core::Loop& loop, int descriptor, base::Callback<> changed)
    : loop_{loop},
      descriptor_{descriptor},
      changed_{changed},
      watch_{[this](core::Conditions) { write_some(); }},
      task_{[this] { write_some(); }} {
    // With an interest, since only then the kernel says whether it can watch such a descriptor.
    const std::error_code error = watch_.register_with(loop, descriptor, core::Condition::output);
    if (error && error != core::Error::not_watchable) {
        throw std::system_error{error};
    }
    if (!error) {
        watch_.set_interest({});
    }
}

void LineOutput::put(std::string_view lines) {
    if (broken_) {
        dropped_ += lines.size();
        return;
    }
    queue_.append(lines);
    schedule();
}

void LineOutput::schedule() noexcept {
    if (watch_.registered()) {
        watch_.set_interest(empty() ? core::Conditions{} : core::Condition::output);
    } else if (!empty()) {
        task_.schedule(loop_);
    }
}

// A pipe that poll(2) calls writable takes PIPE_BUF bytes without blocking; more might block, and
// O_NONBLOCK is not ours to set.
ssize_t LineOutput::write_once() const noexcept {
    const std::string_view waiting = std::string_view{queue_}.substr(written_, PIPE_BUF);
    const ssize_t sent =
        ::send(descriptor_, waiting.data(), waiting.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0 || errno != ENOTSOCK) {
        return sent;
    }
    return ::write(descriptor_, waiting.data(), waiting.size());
}

void LineOutput::write_some() {
    const bool had_room = has_room();
    const ssize_t size = write_once();
    if (size < 0 && errno != EAGAIN && errno != EINTR) {
        broken_ = base::last_error();
        dropped_ = bytes_unwritten();
        queue_.clear();
        written_ = 0;
    }
    written_ += static_cast<std::size_t>(std::max<ssize_t>(size, 0));
    if (empty() || written_ >= size_max) {
        queue_.erase(0, written_);
        written_ = 0;
    }
    schedule();
    if (broken_ || empty() || had_room != has_room()) {
        changed_();
    }
}

bool LineAssembler::feed(std::string_view text, LineOutput& output) {
    if (holds_a_long_line(begun_.size(), text)) {
        begun_.clear();
        return false;
    }
    const std::size_t end = text.rfind('\n');
    const std::size_t size_whole = end == std::string_view::npos ? 0 : end + 1;
    if (size_whole > 0) {
        output.put(begun_.append(text.substr(0, size_whole)));
        begun_.clear();
    }
    begun_.append(text.substr(size_whole));
    return true;
}

void LineAssembler::finish(LineOutput& output) {
    if (!begun_.empty()) {
        output.put(begun_.append("\n"));
        begun_.clear();
    }
}

}  // namespace tocsin::cli
