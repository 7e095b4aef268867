// Stands in for the calls that make memory, threads and processes. For tests.
#include <tests/failure/stand_in.h>

#include <cstdarg>
#include <cstdlib>
#include <pthread.h>
#include <spawn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <tests/failure/call_sites.h>
#include <tests/failure/remainder.h>

using tocsin::failure::Call;
using tocsin::failure::Caller;
using tocsin::failure::count_allocation;
using tocsin::failure::count_mapping;
using tocsin::failure::failure_of;
using tocsin::failure::is_linkers;
using tocsin::failure::stand_in;

namespace {

// A null pointer when it is the allocation's turn to fail.
template <typename Allocate>
void* allocated(Caller caller, Allocate allocate) {
    if (failure_of(Call::allocation, caller.address) != 0) {
        errno = ENOMEM;
        return nullptr;
    }
    void* const memory = allocate();
    count_allocation(memory != nullptr && !is_linkers(caller.address) ? 1 : 0);
    return memory;
}

}  // namespace

extern "C" {

void* mmap(void* place, std::size_t size, int protection, int flags, int file,
           off_t offset) noexcept {
    void* const memory =
        stand_in<Call::mmap, void*>(Caller{}, place, size, protection, flags, file, offset);
    count_mapping(memory != MAP_FAILED ? 1 : 0);
    return memory;
}

int munmap(void* place, std::size_t size) noexcept {
    count_mapping(-1);
    static const auto next = tocsin::failure::next_of<int(void*, std::size_t)>("munmap");
    return next(place, size);
}

void* mremap(void* place, std::size_t size, std::size_t new_size, int flags, ...) noexcept {
    return stand_in<Call::mremap, void*>(Caller{}, place, size, new_size, flags);
}

int madvise(void* place, std::size_t size, int advice) noexcept {
    return stand_in<Call::madvise, int>(Caller{}, place, size, advice);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*),
                   void* argument) noexcept {
    if (const int error = failure_of(Call::pthread_create, Caller{}.address)) {
        return error;
    }
    static const auto next =
        tocsin::failure::next_of<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>(
            "pthread_create");
    return next(thread, attributes, body, argument);
}

pid_t fork() noexcept {
    return stand_in<Call::fork, pid_t>(Caller{});
}

int posix_spawnp(pid_t* child, const char* name, const posix_spawn_file_actions_t* actions,
                 const posix_spawnattr_t* attributes, char* const* arguments,
                 char* const* variables) {
    if (const int error = failure_of(Call::posix_spawnp, Caller{}.address)) {
        return error;
    }
    static const auto next =
        tocsin::failure::next_of<int(pid_t*, const char*, const posix_spawn_file_actions_t*,
                                     const posix_spawnattr_t*, char* const*, char* const*)>(
            "posix_spawnp");
    return next(child, name, actions, attributes, arguments, variables);
}

// The C library offers its allocator under second names for this very purpose.
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);

void* malloc(std::size_t size) noexcept {
    return allocated(Caller{}, [size] { return __libc_malloc(size); });
}

void* calloc(std::size_t count, std::size_t size) noexcept {
    return allocated(Caller{}, [count, size] { return __libc_calloc(count, size); });
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    return allocated(Caller{}, [alignment, size] { return __libc_memalign(alignment, size); });
}

void* realloc(void* memory, std::size_t size) noexcept {
    if (failure_of(Call::allocation, Caller{}.address) != 0) {
        errno = ENOMEM;
        return nullptr;
    }
    void* const grown = __libc_realloc(memory, size);
    count_allocation((grown != nullptr ? 1 : 0) -
                     (memory != nullptr && (grown != nullptr || size == 0) ? 1 : 0));
    return grown;
}

void free(void* memory) noexcept {
    count_allocation(memory != nullptr && !is_linkers(Caller{}.address) ? -1 : 0);
    __libc_free(memory);
}
}
