// Taking and giving back pulses. Private to tocsin/qnx.
#include <tocsin/qnx/pulse_pool.h>

#include <array>
#include <new>
#include <sys/mman.h>

namespace tocsin::qnx {

namespace {

constexpr std::size_t block_size = 4096;
constexpr std::size_t pulses_in_block = (block_size - sizeof(void*)) / sizeof(Pulse);

}  // namespace

struct PulsePool::Block {
    Block* next = nullptr;
    std::array<Pulse, pulses_in_block> pulses;
};

PulsePool::~PulsePool() {
    shrink_to(0);
}

bool PulsePool::grow() noexcept {
    static_assert(sizeof(Block) <= block_size);
    void* const memory =
        ::mmap(nullptr, block_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return false;
    }
    auto* const block = new (memory) Block;
    block->next = blocks_;
    blocks_ = block;
    ++block_count_;
    for (Pulse& pulse : block->pulses) {
        spare_.push_back(pulse);
    }
    return true;
}

// Nobody has one of its pulses.
void PulsePool::shrink_to(std::size_t block_count) noexcept {
    for (; block_count_ > block_count; --block_count_) {
        Block* const block = blocks_;
        blocks_ = block->next;
        for (Pulse& pulse : block->pulses) {
            pulse.unlink();
        }
        block->~Block();
        ::munmap(block, block_size);
    }
}

Pulse* PulsePool::take() noexcept {
    if (spare_.empty() && !grow()) {
        return nullptr;
    }
    ++taken_;
    return &spare_.pop_front();
}

void PulsePool::give_back(Pulse& pulse) noexcept {
    spare_.push_front(pulse);
    if (--taken_ == 0) {
        shrink_to(1);
    }
}

}  // namespace tocsin::qnx
