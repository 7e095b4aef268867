// What a process has, and its forked children have not. Private to tocsin/qnx.
#pragma once

#include <atomic>
#include <new>

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

    // Stops the program when there is no memory for it.
    [[nodiscard]] Table& get() noexcept {
        Made* const made = made_.load(std::memory_order_acquire);
        if (made != nullptr && made->generation == base::fork_generation()) [[likely]] {
            return made->table;
        }
        return make(made);
    }

private:
    struct Made {
        std::uint32_t generation = base::fork_generation();
        Table table;
    };

    Table& make(Made* before) noexcept {
        Made* const made = new Made;
        if (made_.compare_exchange_strong(before, made, std::memory_order_acq_rel)) {
            return made->table;
        }
        delete made;
        return before->table;
    }

    std::atomic<Made*> made_{nullptr};
};

}  // namespace tocsin::qnx
