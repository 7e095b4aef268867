// Making contexts. Private to tocsin/qnx.
#include <tocsin/qnx/context.h>

#include <cstdlib>
#include <new>

#include <tocsin/resource/file_server.h>

namespace tocsin::qnx {

Context::Context(Dispatch& owner, unsigned parts_max, std::size_t message_size_max)
    : dispatch{owner}, message_buffer_(message_size_max) {
    const std::size_t size = sizeof(Face) + parts_max * sizeof(::iovec);
    face_ = static_cast<Face*>(std::calloc(1, size));
    if (face_ == nullptr) {
        throw std::bad_alloc{};
    }
    face_->owner = this;
    ::resmgr_context_t& shown = request();
    shown.msg = reinterpret_cast<::resmgr_iomsgs_t*>(message_buffer_.data());
    shown.msg_max_size = message_buffer_.size();
    shown.dpp = reinterpret_cast<::dispatch_t*>(&dispatch);
}

Context::~Context() {
    std::free(face_);
}

Context& Context::of(::dispatch_context_t* face) noexcept {
    auto* const bytes = reinterpret_cast<std::byte*>(face);
    return *reinterpret_cast<Face*>(bytes - offsetof(Face, shown))->owner;
}

std::span<std::byte> Context::file_buffer() {
    if (file_buffer_.empty()) {
        file_buffer_.resize(resource::FileSystem::write_headroom +
                            resource::FileServer::message_size_max);
    }
    return file_buffer_;
}

}  // namespace tocsin::qnx
