// What libfuse calls for open files. Private to tocsin/resource.
#include <cerrno>
#include <fcntl.h>
#include <fuse_lowlevel.h>

#include <tocsin/resource/operations.h>
#include <tocsin/resource/poll_bits.h>
#include <tocsin/resource/reply.h>
#include <tocsin/resource/session.h>

namespace tocsin::resource {

namespace {

std::unique_ptr<PendingRequest> pending_of(::fuse_req* request, Request::Kind kind,
                                           const ::fuse_file_info& info) {
    auto pending = std::make_unique<PendingRequest>();
    pending->id = Channel::current_message();
    pending->kind = kind;
    pending->caller = caller_of(request, &info);
    return pending;
}

std::vector<std::byte> bytes_of(const void* data, std::size_t size) {
    const auto* const first = static_cast<const std::byte*>(data);
    return {first, first + size};
}

}  // namespace

void Operations::open(::fuse_req* request, Inode inode, ::fuse_file_info* info) {
    reply_or_fail(request, [&] {
        Session& session = owner_of<Session>(request);
        const Tree::Node* const node = session.tree_.find(inode);
        if (node == nullptr || node->resource() == nullptr) {
            ::fuse_reply_err(request, node == nullptr ? ENOENT : EISDIR);
            return;
        }
        open_resource(session, request, *node->resource(), *info);
    });
}

void Operations::open_resource(Session& session, ::fuse_req* request, Resource& resource,
                               ::fuse_file_info& info) {
    const Opening opening = {.caller = caller_of(request, nullptr), .flags = info.flags};
    Charge charge;
    if (!charge.take(session.users_.of(opening.caller.uid), Holding::open_file)) {
        resource.counters_.refused.fetch_add(1, std::memory_order_relaxed);
        ::fuse_reply_err(request, EMFILE);
        return;
    }
    std::unique_lock lock{resource.mutex()};
    const bool truncates = (info.flags & O_TRUNC) != 0 && resource.attributes().seekable;
    const std::error_code refused = truncates ? resource.truncate(0) : std::error_code{};
    OpenResult result = refused ? OpenResult{std::errc{refused.value()}} : resource.open(opening);
    if (result.file_ == nullptr) {
        resource.counters_.refused.fetch_add(1, std::memory_order_relaxed);
        charge.drop();  // before the client hears of it, who may open again at once
        ::fuse_reply_err(request, static_cast<int>(result.error_));
        return;
    }
    result.file_->opening_ = opening;
    result.file_->charge_ = std::move(charge);
    result.file_->flags_ = info.flags;
    const ::fuse_open_out answer = {.fh = session.enter(std::move(result.file_), resource),
                                    .open_flags = open_flags(!resource.attributes().seekable),
                                    .padding = 0};
    resource.counters_.opens.fetch_add(1, std::memory_order_relaxed);
    lock.unlock();
    if (session.channel_->answer(Channel::current_message(), 0,
                                 std::as_bytes(std::span{&answer, 1}))) {
        session.release(answer.fh);
    }
    ::fuse_reply_none(request);
}

void Operations::read(::fuse_req* request, Inode, std::size_t size, off_t offset,
                      ::fuse_file_info* info) {
    reply_or_fail(request, [&] {
        Session& session = owner_of<Session>(request);
        const Session::Opened opened = session.find_open(info->fh);
        if (opened.file == nullptr) {
            ::fuse_reply_err(request, EBADF);
            return;
        }
        std::unique_ptr<PendingRequest> pending = pending_of(request, Request::Kind::read, *info);
        pending->size = size;
        pending->offset = offset;
        session.start(opened, std::move(pending), request, info->flags);
    });
}

void Operations::write(::fuse_req* request, Inode, const char* data, std::size_t size, off_t offset,
                       ::fuse_file_info* info) {
    reply_or_fail(request, [&] {
        Session& session = owner_of<Session>(request);
        const Session::Opened opened = session.find_open(info->fh);
        if (opened.file == nullptr) {
            ::fuse_reply_err(request, EBADF);
            return;
        }
        std::unique_ptr<PendingRequest> pending = pending_of(request, Request::Kind::write, *info);
        pending->data = bytes_of(data, size);
        pending->offset = offset;
        session.start(opened, std::move(pending), request, info->flags);
    });
}

void Operations::ioctl(::fuse_req* request, Inode, unsigned command, void* argument,
                       ::fuse_file_info* info, unsigned flags, const void* input,
                       std::size_t input_size, std::size_t output_size) {
    reply_or_fail(request, [&] {
        Session& session = owner_of<Session>(request);
        const Session::Opened opened = session.find_open(info->fh);
        if (opened.file == nullptr || (flags & FUSE_IOCTL_DIR) != 0) {
            ::fuse_reply_err(request, ENOTTY);
            return;
        }
        std::unique_ptr<PendingRequest> pending = pending_of(request, Request::Kind::ioctl, *info);
        pending->command = command;
        pending->argument = reinterpret_cast<std::uintptr_t>(argument);
        pending->data = bytes_of(input, input_size);
        pending->size = output_size;
        session.start(opened, std::move(pending), request, std::nullopt);
    });
}

void Operations::poll(::fuse_req* request, Inode, ::fuse_file_info* info,
                      ::fuse_pollhandle* handle) {
    core::Conditions met = core::Condition::error;
    reply_or_fail(request, [&] {
        Session& session = owner_of<Session>(request);
        met = session.poll(session.find_open(info->fh), conditions_of_poll(info->poll_events),
                           handle);
        ::fuse_reply_poll(request, poll_bits_of(met));
    });
}

void Operations::flush(::fuse_req* request, Inode, ::fuse_file_info* info) {
    reply_or_fail(request, [&] {
        const Session::Opened opened = owner_of<Session>(request).find_open(info->fh);
        if (opened.file != nullptr) {
            const std::lock_guard lock{opened.resource->mutex()};
            opened.resource->close_duplicate(*opened.file, caller_of(request, info));
        }
        ::fuse_reply_err(request, 0);
    });
}

void Operations::release(::fuse_req* request, Inode, ::fuse_file_info* info) {
    owner_of<Session>(request).release(info->fh);
    ::fuse_reply_err(request, 0);
}

}  // namespace tocsin::resource
