// The way to the kernel: a descriptor and the fuse session on it. Private to tocsin/resource.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <shared_mutex>
#include <span>
#include <sys/uio.h>
#include <system_error>

#include <tocsin/base/descriptor.h>
#include <tocsin/base/fork.h>

struct fuse_conn_info;
struct fuse_lowlevel_ops;
struct fuse_session;

namespace tocsin::resource {

// Speaks on a mounted /dev/fuse, or on any descriptor with a test in the kernel's place, one
// message to a read or write. It lives as long as anybody may still answer or notify; close() cuts
// the connection at any time, and what is sent then reaches nobody. Nor does what a forked child
// sends: the connection is its parent's.
class Channel {
public:
    // The longest write that the kernel hands over in one message, and the longest message.
    static constexpr std::size_t write_size_max = 128 * 1024;
    static constexpr std::size_t message_size_max = write_size_max + 4096;

    // Takes over `device`, which does not block; `operations` find `owner` again. Throws
    // std::system_error.
    Channel(base::Descriptor device, void* owner, const ::fuse_lowlevel_ops& operations);
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    // For those who serve; they stop before close() is called.
    [[nodiscard]] int descriptor() const noexcept { return device_.number(); }
    [[nodiscard]] void* owner() const noexcept { return owner_; }

    // What every owner says of itself in answer to the kernel's first message.
    static void agree(::fuse_conn_info& connection) noexcept;

    // Reads one message. EAGAIN: there is none; ENODEV: the other side is gone.
    [[nodiscard]] std::error_code receive(std::span<std::byte> buffer, std::size_t& size) noexcept;

    // Has libfuse process one message, which has a header. What lacks anything else fails with EIO.
    void process(std::span<std::byte> message) noexcept;

    // The number of the message that this thread has libfuse process, for which libfuse has no
    // question; 0: none.
    [[nodiscard]] static std::uint64_t current_message() noexcept;

    // Answers the request `unique` with an error, or with `payload`. Fails with ENOENT when the
    // client has gone away meanwhile. Any thread.
    std::error_code answer(std::uint64_t unique, int error,
                           std::span<const std::byte> payload = {}) noexcept;

    // Writes one message for libfuse, as writev(2). Any thread.
    [[nodiscard]] ssize_t write(const ::iovec* pieces, int count) noexcept;

    [[nodiscard]] bool is_of_this_process() const noexcept {
        return fork_generation_ == base::fork_generation();
    }

    // Cuts the connection: the kernel ends all calls of clients. Any thread that does not serve.
    void close() noexcept;

private:
    void* const owner_;  // used only by those who serve, and so while it lives
    const std::uint32_t fork_generation_ = base::fork_generation();
    mutable std::shared_mutex mutex_;
    base::Descriptor device_;
    ::fuse_session* fuse_ = nullptr;
};

}  // namespace tocsin::resource
