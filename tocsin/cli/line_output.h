// Passes whole lines to a descriptor without blocking the loop. Private to tocsin/cli.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

#include <tocsin/base/callback.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/task.h>
#include <tocsin/core/watch.h>

namespace tocsin::cli {

// A queue of lines on their way to standard output. It is bounded by those who put: they ask
// has_room() first. On the loop's thread. The caller owns the descriptor, whose flags stay as they
// are.
class LineOutput {
public:
    // `changed` is called from the loop when there is room again, when everything has been
    // written, and when the output broke. Throws std::system_error.
    LineOutput(core::Loop& loop, int descriptor, base::Callback<> changed);

    [[nodiscard]] bool has_room() const noexcept { return queue_.size() - written_ < size_max; }
    [[nodiscard]] bool empty() const noexcept { return written_ == queue_.size(); }

    // Why nothing can be written any more: EPIPE and so on. What is put then is dropped.
    [[nodiscard]] std::error_code broken() const noexcept { return broken_; }

    // How many bytes of what was put have not been written: they wait, or were dropped.
    [[nodiscard]] std::size_t bytes_unwritten() const noexcept {
        return queue_.size() - written_ + dropped_;
    }

    // Appends `lines`, which end at an end of line, and may exceed the room. Throws std::bad_alloc.
    void put(std::string_view lines);

private:
    static constexpr std::size_t size_max = std::size_t{1} << 20;

    void schedule() noexcept;
    void write_some();
    [[nodiscard]] ssize_t write_once() const noexcept;

    core::Loop& loop_;
    int descriptor_;
    base::Callback<> changed_;
    core::Watch watch_;
    core::Task task_;
    std::string queue_;
    std::size_t written_ = 0;
    std::size_t dropped_ = 0;
    std::error_code broken_;
};

// Makes whole lines of what one client writes.
class LineAssembler {
public:
    // A line that is longer is refused.
    static constexpr std::size_t line_size_max = std::size_t{64} << 10;

    // Passes the lines that `text` completes to `output` and keeps the rest. False when a line
    // would be too long: then nothing of `text` was taken, and what was begun is dropped. Throws
    // std::bad_alloc.
    [[nodiscard]] bool feed(std::string_view text, LineOutput& output);

    // The client is gone: what it has begun is given an end.
    void finish(LineOutput& output);

private:
    std::string begun_;
};

}  // namespace tocsin::cli
