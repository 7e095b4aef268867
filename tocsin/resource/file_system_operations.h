// What libfuse calls for each message to a FileSystem. Private to tocsin/resource.
#pragma once

#include <exception>
#include <optional>
#include <utility>

#include <tocsin/resource/file_session.h>
#include <tocsin/resource/reply.h>

namespace tocsin::resource {

[[nodiscard]] const ::fuse_lowlevel_ops& file_system_operations() noexcept;

// Parts of that table.
void add_name_operations(::fuse_lowlevel_ops& table) noexcept;
void add_file_operations(::fuse_lowlevel_ops& table) noexcept;

// Hands `request` over to the function of its FileSystem, with what is known of its caller. No
// exception may pass through libfuse; the FileCall has answered EIO on its way out then.
template <typename... Parameters, typename... Arguments>
void hand_over_charged(::fuse_req* request, const ::fuse_file_info* info, CallCharges charges,
                       void (FileSystem::*function)(FileCall, Parameters...),
                       Arguments&&... arguments) noexcept {
    const FileSession& session = owner_of<FileSession>(request);
    FileCall call{session.channel(), request, Channel::current_message(), caller_of(request, info),
                  std::move(charges)};
    try {
        (session.file_system().*function)(std::move(call), std::forward<Arguments>(arguments)...);
    } catch (...) {
    }
}

// As above, once its user is charged; a call that is one too many fails.
template <FileSession::Opens opens = FileSession::Opens::nothing, typename... Parameters,
          typename... Arguments>
void hand_over(::fuse_req* request, const ::fuse_file_info* info,
               void (FileSystem::*function)(FileCall, Parameters...),
               Arguments&&... arguments) noexcept {
    CallCharges charges;
    if (const int error =
            owner_of<FileSession>(request).charge(::fuse_req_ctx(request)->uid, opens, charges)) {
        charges = {};  // before the client hears of it, who may call again at once
        ::fuse_reply_err(request, error);
        return;
    }
    hand_over_charged(request, info, std::move(charges), function,
                      std::forward<Arguments>(arguments)...);
}

[[nodiscard]] inline std::optional<FileHandle> handle_of(const ::fuse_file_info* info) noexcept {
    return info == nullptr ? std::nullopt : std::optional<FileHandle>{info->fh};
}

}  // namespace tocsin::resource
