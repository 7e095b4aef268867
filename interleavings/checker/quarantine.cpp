// operator delete, which waits for the end of an execution.
#include <checker/quarantine.h>

#include <cstdlib>
#include <new>

#include <checker/execution.h>

namespace {

struct Freed {
    Freed* next;
};

Freed* freed = nullptr;

// The link lies before the memory that the program has.
constexpr std::size_t link_size = alignof(std::max_align_t);
static_assert(sizeof(Freed) <= link_size);

void* take(std::size_t size, std::size_t alignment) {
    const std::size_t before = alignment < link_size ? link_size : alignment;
    const std::size_t whole = (size + before + before - 1) / before * before;
    void* const memory = std::aligned_alloc(before, whole);
    if (memory == nullptr) {
        throw std::bad_alloc{};
    }
    return static_cast<char*>(memory) + before;
}

void give_back(void* memory, std::size_t alignment) noexcept {
    if (memory == nullptr) {
        return;
    }
    void* const whole =
        static_cast<char*>(memory) - (alignment < link_size ? link_size : alignment);
    if (interleavings::Execution::current().running()) {
        freed = ::new (whole) Freed{freed};
    } else {
        std::free(whole);
    }
}

}  // namespace

void interleavings::empty_quarantine() noexcept {
    while (freed != nullptr) {
        Freed* const next = freed->next;
        std::free(freed);
        freed = next;
    }
}

void* operator new(std::size_t size) {
    return take(size, 1);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return take(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
    give_back(memory, 1);
}
void operator delete(void* memory, std::size_t) noexcept {
    give_back(memory, 1);
}
void operator delete(void* memory, std::align_val_t alignment) noexcept {
    give_back(memory, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory, std::size_t, std::align_val_t alignment) noexcept {
    give_back(memory, static_cast<std::size_t>(alignment));
}
