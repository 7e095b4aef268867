// Answers that libfuse's callbacks have in common. Private to tocsin/resource.
#pragma once

#include <cerrno>
#include <fuse_lowlevel.h>
#include <new>

#include <tocsin/resource/channel.h>

namespace tocsin::resource {

[[nodiscard]] inline Session& session_of(::fuse_req* request) noexcept {
    return static_cast<Channel*>(::fuse_req_userdata(request))->session();
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
