// Laying out messages that carry a path. Private to tocsin/qnx.
#include <tocsin/qnx/connect_message.h>

#include <cstring>
#include <limits>
#include <new>

namespace tocsin::qnx {

namespace {

constexpr std::size_t header_size = offsetof(struct ::_io_connect, path);

// The extra may be a pointer.
constexpr std::size_t place_of_extra(std::size_t path_length) noexcept {
    const std::size_t end = header_size + path_length;
    return (end + alignof(void*) - 1) / alignof(void*) * alignof(void*);
}

}  // namespace

std::span<std::byte> put_connect(std::span<std::byte> buffer, const Connect& what) noexcept {
    const std::size_t path_length = what.path.size() + 1;
    const std::size_t place = place_of_extra(path_length);
    const std::size_t size = place + what.extra.size();
    if (size > buffer.size() || size > std::numeric_limits<std::uint16_t>::max()) {
        return {};
    }
    std::memset(buffer.data(), 0, size);
    auto& message = (new (buffer.data())::io_open_t{})->connect;
    message.type = _IO_CONNECT;
    message.subtype = what.subtype;
    message.ioflag = what.flags;
    message.mode = what.mode;
    message.path_len = static_cast<std::uint16_t>(path_length);
    message.extra_type = what.extra_type;
    message.extra_len = static_cast<std::uint16_t>(what.extra.size());
    std::memcpy(buffer.data() + header_size, what.path.data(), what.path.size());
    if (!what.extra.empty()) {
        std::memcpy(buffer.data() + place, what.extra.data(), what.extra.size());
    }
    return buffer.first(size);
}

void* extra_of(struct ::_io_connect& message) noexcept {
    return message.extra_len == 0
               ? nullptr
               : reinterpret_cast<std::byte*>(&message) + place_of_extra(message.path_len);
}

}  // namespace tocsin::qnx
