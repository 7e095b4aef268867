// Where a server puts the events of one client. Private to tocsin/qnx.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <sys/siginfo.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/link/area.h>

namespace tocsin::qnx {

// A ring in memory that a client and its server share. Many events cost one wake: who puts one
// where others still lie need tell nobody. One puts at a time, and one takes. Neither side believes
// the other's numbers.
class Mailbox {
public:
    static constexpr std::uint32_t events_max = 2048;
    static constexpr std::size_t size =
        2 * 4096 + std::size_t{events_max} * sizeof(struct ::sigevent);

    // In the client; `descriptor` is what the server needs. Throws std::system_error,
    // std::bad_alloc.
    explicit Mailbox(base::Descriptor& descriptor);

    // In the server. Throws std::bad_alloc; not valid() when that is no such memory.
    explicit Mailbox(const base::Descriptor& descriptor);
    [[nodiscard]] bool valid() const noexcept { return memory_ != nullptr; }

    // What became of an event: it is there; it is, and somebody has to be told; there is no room.
    enum class Put : std::uint8_t { behind_others, first, no_room };
    [[nodiscard]] Put put(const struct ::sigevent& event) noexcept;

    // The next one; false when there is none, and whoever puts another one says so. Empty memory is
    // no reason to trust it: at most events_max come in a row.
    [[nodiscard]] bool take(struct ::sigevent& event) noexcept;

    // Events that came by the socket: the client has handled one; the server asks whether it has
    // handled so many.
    void note_handled() noexcept;
    [[nodiscard]] bool has_handled(std::uint32_t count) const noexcept;

private:
    // Each side writes in a line of its own.
    struct Shared {
        alignas(64) std::atomic<std::uint32_t> put{0};
        alignas(64) std::atomic<std::uint32_t> taken{0};
        std::atomic<std::uint32_t> handled{0};
        alignas(64) struct ::sigevent events[events_max];
    };
    static_assert(sizeof(Shared) <= size - Area::header_size);

    [[nodiscard]] Shared& shared() const noexcept;

    std::shared_ptr<Area> memory_;
    std::uint32_t next_ = 0;  // of the own side
};

}  // namespace tocsin::qnx
