// Messages that carry a path. Private to tocsin/qnx.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <span>
#include <string_view>
#include <sys/iofunc.h>

#include <tocsin/qnx/binding.h>
#include <tocsin/qnx/served_path.h>

namespace tocsin::qnx {

// What a client wants of a path.
struct Connect {
    std::uint16_t subtype = _IO_CONNECT_COMBINE_CLOSE;
    std::string_view path = {};  // relative to what is attached
    std::uint32_t flags = 0;     // as in `ioflag`
    std::uint32_t mode = 0;
    std::uint8_t extra_type = _IO_CONNECT_EXTRA_NONE;
    std::span<const std::byte> extra = {};
};

// The `flags` for those of open(2). Linux asks for both with the mode that is neither.
[[nodiscard]] constexpr unsigned ioflag_of(int flags) noexcept {
    constexpr unsigned both = _IO_FLAG_RD | _IO_FLAG_WR;
    const unsigned access = std::min(static_cast<unsigned>(flags & O_ACCMODE) + 1, both);
    return (static_cast<unsigned>(flags) & ~unsigned{O_ACCMODE}) | access;
}

// What the kernel is told of what was opened.
[[nodiscard]] inline resource::OpenAnswer answer_of(Binding& binding) noexcept {
    return {.file = reinterpret_cast<resource::FileHandle>(&binding),
            .stream = binding.kind() == Binding::Kind::stream};
}

// The message in `buffer`; empty when it does not fit.
[[nodiscard]] std::span<std::byte> put_connect(std::span<std::byte> buffer,
                                               const Connect& what) noexcept;

// What stands behind the path, or nullptr.
[[nodiscard]] void* extra_of(struct ::_io_connect& message) noexcept;

template <typename Extra>
int call_with_extra(int (*handler)(::resmgr_context_t*, ::io_open_t*, ::iofunc_attr_t*, Extra*),
                    ::resmgr_context_t& request, const ServedPath::Attachment& attachment) {
    ::io_open_t& message = request.msg->open;
    return handler == nullptr
               ? _RESMGR_DEFAULT
               : handler(&request, &message, static_cast<::iofunc_attr_t*>(attachment.handle),
                         static_cast<Extra*>(extra_of(message.connect)));
}

// Calls that connect function of the manager with the message that lies in the context.
template <auto function>
int call_connect(::resmgr_context_t& request, Binding& binding) {
    const ServedPath::Attachment& attachment = binding.path().attachment();
    return call_with_extra(attachment.connect->*function, request, attachment);
}

}  // namespace tocsin::qnx
