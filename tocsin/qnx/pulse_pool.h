// Memory for pulses. Private to tocsin/qnx.
#pragma once

#include <cstddef>

#include <tocsin/base/list.h>
#include <tocsin/qnx/arrivals.h>

namespace tocsin::qnx {

// It is the kernel's own: a signal handler that sends a pulse may have interrupted its thread in
// malloc(). Not thread-safe.
class PulsePool {
public:
    PulsePool() noexcept = default;

    // All pulses go with it.
    ~PulsePool();
    PulsePool(const PulsePool&) = delete;
    PulsePool& operator=(const PulsePool&) = delete;

    // nullptr when there is no memory.
    [[nodiscard]] Pulse* take() noexcept;
    void give_back(Pulse& pulse) noexcept;

private:
    struct Block;

    [[nodiscard]] bool grow() noexcept;
    void shrink_to(std::size_t block_count) noexcept;

    Block* blocks_ = nullptr;
    std::size_t block_count_ = 0;
    std::size_t taken_ = 0;
    base::List<Pulse> spare_;
};

}  // namespace tocsin::qnx
