// The threads of a client that sleep and can be woken by its servers. Private to tocsin/qnx.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <tocsin/base/descriptor.h>
#include <tocsin/qnx/link/area.h>
#include <tocsin/qnx/waiting.h>

namespace tocsin::qnx {

// What the process shares with those servers that it trusts. A server that has put an event into a
// mailbox claims a thread that sleeps, and wakes it; who was claimed looks into all mailboxes
// before it does anything else, however it was woken. So no other thread has to run first.
class Sleepers {
public:
    static constexpr unsigned slots_max = 64;
    static constexpr std::size_t size = 8192;

    // In the server. Throws std::bad_alloc; not valid() when that is no such memory.
    explicit Sleepers(const base::Descriptor& descriptor);
    [[nodiscard]] bool valid() const noexcept { return memory_ != nullptr; }

    // Claims one and wakes it; false when none sleeps. Any thread.
    [[nodiscard]] bool wake_one() const noexcept;

    // In the client: a descriptor of the process's own, made when it is first asked for. Throws
    // std::system_error, std::bad_alloc. Any thread.
    [[nodiscard]] static base::Descriptor share();

    // The place of the calling thread; empty when nothing is shared, all places are taken, or the
    // thread lies in its own already.
    class Place {
    public:
        Place() noexcept = default;
        Place(Sleepers& all, unsigned number) noexcept : all_{&all}, number_{number} {}
        [[nodiscard]] explicit operator bool() const noexcept { return all_ != nullptr; }

        [[nodiscard]] Bell& bell() const noexcept { return all_->shared().bells[number_]; }

        // Before and after the bell is awaited; whether somebody has claimed the thread.
        void lie_down() const noexcept;
        [[nodiscard]] bool get_up() const noexcept;

    private:
        Sleepers* all_ = nullptr;
        unsigned number_ = 0;
    };
    [[nodiscard]] static Place own_place() noexcept;

private:
    class Holder;
    struct Table;

    struct SharedBell : Bell {
        SharedBell() noexcept : Bell{Reach::processes} {}
    };
    struct Shared {
        alignas(64) std::atomic<std::uint64_t> asleep{0};
        alignas(64) std::array<SharedBell, slots_max> bells;
    };
    static_assert(sizeof(Shared) <= size - Area::header_size);

    [[nodiscard]] static Table& table() noexcept;

    explicit Sleepers(std::shared_ptr<Area> memory) noexcept : memory_{std::move(memory)} {}
    [[nodiscard]] Shared& shared() const noexcept;

    std::shared_ptr<Area> memory_;
    std::atomic<std::uint64_t> taken_{0};  // places that threads have
};

}  // namespace tocsin::qnx
