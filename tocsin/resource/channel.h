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

struct fuse_lowlevel_ops;
struct fuse_session;

namespace tocsin::resource {

class Session;

// Speaks on a mounted /dev/fuse, or on any descriptor with a test in the kernel's place, one
// message to a read or write. It lives as long as anybody may still answer or notify; close() cuts
// the connection at any time, and what is sent then reaches nobody.
class Channel {
public:
    // Takes over `device`, which does not block. Throws std::system_error.
    Channel(base::Descriptor device, Session& session, const ::fuse_lowlevel_ops& operations);
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    // For those who serve; they stop before close() is called.
    [[nodiscard]] int descriptor() const noexcept { return device_.number(); }
    [[nodiscard]] Session& session() const noexcept { return session_; }

    // Reads one message. EAGAIN: there is none; ENODEV: the other side is gone.
    [[nodiscard]] std::error_code receive(std::span<std::byte> buffer, std::size_t& size) noexcept;

    // Has libfuse process one message.
    void process(std::span<std::byte> message) noexcept;

    // Answers the request `unique` with an error, or with `payload`. Fails with ENOENT when the
    // client has gone away meanwhile. Any thread.
    std::error_code answer(std::uint64_t unique, int error,
                           std::span<const std::byte> payload = {}) noexcept;

    // Writes one message for libfuse, as writev(2). Any thread.
    [[nodiscard]] ssize_t write(const ::iovec* pieces, int count) noexcept;

    // Cuts the connection: the kernel ends all calls of clients. Any thread that does not serve.
    void close() noexcept;

private:
    Session& session_;  // used only by those who serve, and so while it lives
    mutable std::shared_mutex mutex_;
    base::Descriptor device_;
    ::fuse_session* fuse_ = nullptr;
};

}  // namespace tocsin::resource
