// Stands in for the allocator of the whole test program. For tests.
#include <tests/core/counting_allocator.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <new>

#include <tests/core/sanitized.h>

namespace tocsin::core {

namespace {

thread_local std::int64_t allocated = 0;
thread_local std::int64_t allowed = INT64_MAX;

// Counts one allocation; false when it is one too many.
bool may_allocate() noexcept {
    ++allocated;
    return allowed == INT64_MAX || allowed-- > 0;
}

}  // namespace

std::int64_t allocation_count() noexcept {
    return allocated;
}

FewAllocations::FewAllocations(std::int64_t left) noexcept {
    allowed = left;
}

FewAllocations::~FewAllocations() {
    allowed = INT64_MAX;
}

}  // namespace tocsin::core

#if defined(TOCSIN_SANITIZED)

namespace {

void* allocate(std::size_t size, std::size_t alignment) {
    void* const memory =
        tocsin::core::may_allocate()
            ? std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment)
            : nullptr;
    if (memory == nullptr) {
        throw std::bad_alloc{};
    }
    return memory;
}

}  // namespace

void* operator new(std::size_t size) {
    return allocate(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}

#else

// The C library offers its allocator under second names for this very purpose.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) {
    return tocsin::core::may_allocate() ? __libc_malloc(size) : nullptr;
}
void* calloc(std::size_t count, std::size_t size) {
    return tocsin::core::may_allocate() ? __libc_calloc(count, size) : nullptr;
}
void* realloc(void* memory, std::size_t size) {
    return tocsin::core::may_allocate() ? __libc_realloc(memory, size) : nullptr;
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
    return tocsin::core::may_allocate() ? __libc_memalign(alignment, size) : nullptr;
}
}

#endif
