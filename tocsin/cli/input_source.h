// Reads a descriptor through the loop, whatever kind it is. Private to tocsin/cli.
#pragma once

#include <cstddef>
#include <span>
#include <system_error>

#include <tocsin/base/callback.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/task.h>
#include <tocsin/core/watch.h>

namespace tocsin::cli {

// Calls its handler whenever a read would not block: by a watch for pipes, sockets and terminals,
// and in every turn for what the kernel cannot watch (regular files, /dev/null), where a read never
// blocks for long. The flags of the descriptor stay as they are, since other programs share them.
// On the loop's thread. The caller owns the descriptor.
class InputSource {
public:
    // Inactive at first. Throws std::system_error when the descriptor cannot be watched for want
    // of memory.
    InputSource(core::Loop& loop, int descriptor, base::Callback<> ready);

    // Whether the handler is to be called. Does nothing when that is so already.
    void set_active(bool active) noexcept;

    struct Input {
        std::size_t size = 0;
        bool ended = false;
        std::error_code error;  // what the read failed with; it has ended, too
    };

    // Reads once, into at most `space`. To be called from the handler, once; size 0 without an end
    // means that there is nothing after all.
    [[nodiscard]] Input read(std::span<char> space) noexcept;

private:
    void run_task();

    core::Loop& loop_;
    int descriptor_;
    base::Callback<> ready_;
    core::Watch watch_;
    core::Task task_;
    bool active_ = false;
};

}  // namespace tocsin::cli
