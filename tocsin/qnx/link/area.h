// Memory that a client and its server share for one message at a time. Private to tocsin/qnx.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/pieces.h>
#include <tocsin/qnx/waiting.h>

namespace tocsin::qnx {

// Who may touch the area. `idle`, `answered`: the client. `queued`, `received`: the server. The
// client gives up by `withdrawn`, and gets the area back as `idle`.
enum class AreaState : std::uint32_t { idle, queued, received, answered, withdrawn };

// What a server has written into the room for the reply.
struct AreaRange {
    std::uint64_t offset;
    std::uint64_t size;
};

// At its start. Whatever one side finds here the other may change at any moment: it is read once,
// and checked.
struct AreaHeader {
    static constexpr std::size_t ranges_max = 8;

    AreaHeader() noexcept : bell{Bell::Reach::processes} {}

    std::atomic<AreaState> state{AreaState::idle};
    std::atomic<std::uint32_t> ring_when_received{0};
    std::int32_t error = 0;
    std::uint32_t range_count = 0;
    std::int64_t status = 0;
    std::array<AreaRange, ranges_max> ranges = {};
    Bell bell;  // wakes the sender
};
static_assert(std::atomic<AreaState>::is_always_lock_free);

// The message lies behind the header, and the room for the reply behind the message. The memory is
// the client's, and cannot be made smaller.
class Area {
public:
    static constexpr std::size_t header_size = 256;
    static constexpr std::size_t size_least = 8192;
    static constexpr std::size_t size_max = std::size_t{1} << 26U;
    static_assert(sizeof(AreaHeader) <= header_size);

    // How large one has to be; 0 when that is more than size_max.
    [[nodiscard]] static std::size_t size_for(std::size_t message, std::size_t room) noexcept;

    // In the client; `descriptor` is what the server needs. Throws std::system_error,
    // std::bad_alloc.
    [[nodiscard]] static std::shared_ptr<Area> make(std::uint32_t number, std::size_t size,
                                                    base::Descriptor& descriptor);

    // In the server. Empty when that is no such memory. Throws std::bad_alloc.
    [[nodiscard]] static std::shared_ptr<Area> accept(std::uint32_t number, std::uint64_t size,
                                                      const base::Descriptor& descriptor);

    Area(std::uint32_t number, std::byte* start, std::size_t size) noexcept
        : number_{number}, start_{start}, size_{size} {}
    ~Area();
    Area(const Area&) = delete;
    Area& operator=(const Area&) = delete;

    // Whether a message of that size and so much room for the reply fit in.
    [[nodiscard]] bool holds(std::uint64_t message, std::uint64_t room) const noexcept {
        const std::size_t most = size_ - header_size;
        return message <= most && room <= most - message;
    }

    // In the client: the server says that it does not have the area. Any thread.
    void refuse() noexcept;
    [[nodiscard]] bool refused() const noexcept { return refused_; }

    // In the client, which uses it no more: a server that has it all the same has empty pages.
    void empty() noexcept;

    [[nodiscard]] std::uint32_t number() const noexcept { return number_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] AreaHeader& header() const noexcept {
        return *reinterpret_cast<AreaHeader*>(start_);
    }
    [[nodiscard]] std::byte* message() const noexcept { return start_ + header_size; }

private:
    const std::uint32_t number_;
    std::byte* const start_;
    const std::size_t size_;
    std::atomic<bool> refused_{false};
};

}  // namespace tocsin::qnx
