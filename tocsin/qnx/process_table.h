// What a process has, and its forked children have not. Private to tocsin/qnx.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <sched.h>

#include <tocsin/base/check.h>
#include <tocsin/base/fork.h>

namespace tocsin::qnx {

// One object of static storage that is never destroyed, as other threads may use it while the
// program ends. A forked child begins with a new one: channels and connections are not inherited,
// and somebody may have held a lock of the old one. Any thread.
template <typename Table>
class ProcessTable {
public:
    constexpr ProcessTable() noexcept = default;
    ProcessTable(const ProcessTable&) = delete;
    ProcessTable& operator=(const ProcessTable&) = delete;

    // It has memory for one, should there be no other. Stops the program only when there is none
    // for a forked child's either.
    [[nodiscard]] Table& get() noexcept {
        Made* const made = made_.load(std::memory_order_acquire);
        if (is_current(made)) [[likely]] {
            return made->table;
        }
        return make(made);
    }

private:
    struct Made {
        std::uint32_t generation = base::fork_generation();
        Table table;
    };

    [[nodiscard]] static bool is_current(const Made* made) noexcept {
        return made != nullptr && made->generation == base::fork_generation();
    }

    Table& make(Made* before) noexcept {
        Made* const made = new (std::nothrow) Made;
        if (made == nullptr) {
            return make_of_spare();
        }
        if (made_.compare_exchange_strong(before, made, std::memory_order_acq_rel)) {
            return made->table;
        }
        delete made;
        return before->table;
    }

    // By one thread; others wait for it.
    Table& make_of_spare() noexcept {
        std::uint32_t owner = 0;
        if (spare_owner_.compare_exchange_strong(owner, base::fork_generation())) {
            Made* before = made_.load(std::memory_order_acquire);
            Made* const made = ::new (spare_.data()) Made;
            if (is_current(before) || !made_.compare_exchange_strong(before, made)) {
                return before->table;
            }
            return made->table;
        }
        base::check(
            owner == base::fork_generation(),
            "tocsin-qnx: a forked child has no memory to begin with; fork when there is some");
        Made* made = nullptr;
        while (!is_current(made = made_.load(std::memory_order_acquire))) {
            ::sched_yield();
        }
        return made->table;
    }

    std::atomic<Made*> made_{nullptr};
    std::atomic<std::uint32_t> spare_owner_{0};  // which process has used it, by its generation
    alignas(Made) std::array<std::byte, sizeof(Made)> spare_{};
};

}  // namespace tocsin::qnx
