// Answers that libfuse's callbacks have in common. Private to tocsin/resource.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fuse_lowlevel.h>
#include <linux/fuse.h>
#include <new>
#include <span>
#include <string_view>

#include <tocsin/resource/channel.h>
#include <tocsin/resource/request.h>

namespace tocsin::resource {

// Who serves the channel over which `request` came.
template <typename Owner>
[[nodiscard]] Owner& owner_of(::fuse_req* request) noexcept {
    return *static_cast<Owner*>(static_cast<Channel*>(::fuse_req_userdata(request))->owner());
}

[[nodiscard]] inline Caller caller_of(::fuse_req* request, const ::fuse_file_info* info) noexcept {
    const ::fuse_ctx* const context = ::fuse_req_ctx(request);
    return {.thread = context->pid,
            .uid = context->uid,
            .gid = context->gid,
            .process = info == nullptr ? 0 : info->lock_owner,
            .umask = context->umask};
}

// A device is a stream: without FOPEN_STREAM the kernel would hold the position's lock over a
// blocked read, and a write of the same open file would wait for it. libfuse 3.14 has no word for
// that flag, so the answers that carry it are not written by libfuse.
[[nodiscard]] constexpr std::uint32_t open_flags(bool stream) noexcept {
    return FOPEN_DIRECT_IO | FOPEN_PARALLEL_DIRECT_WRITES |
           (stream ? FOPEN_STREAM | FOPEN_NONSEEKABLE : 0U);
}

[[nodiscard]] inline const char* chars_of(std::span<const std::byte> bytes) noexcept {
    return reinterpret_cast<const char*>(bytes.data());
}

// An extended attribute, or the list of them, to who takes `size` bytes; 0: only the length.
inline void reply_value(::fuse_req* request, std::string_view value, std::size_t size) noexcept {
    if (size == 0) {
        ::fuse_reply_xattr(request, value.size());
    } else if (value.size() > size) {
        ::fuse_reply_err(request, ERANGE);
    } else {
        ::fuse_reply_buf(request, value.data(), value.size());
    }
}

// Calls `answer`, which answers `request` as the last thing it does; when it throws before, the
// request fails. No exception may pass through libfuse.
template <typename Answer>
void reply_or_fail(::fuse_req* request, Answer&& answer) noexcept {
    try {
        answer();
    } catch (const std::bad_alloc&) {
        ::fuse_reply_err(request, ENOMEM);
    } catch (...) {
        ::fuse_reply_err(request, EIO);
    }
}

}  // namespace tocsin::resource
