// Counts forks. Private to tocsin/base.
#include <tocsin/base/fork.h>

#include <atomic>
#include <new>
#include <pthread.h>
#include <sys/mman.h>

namespace tocsin::base {

namespace {

using Number = std::atomic<std::uint32_t>;

constinit Number without_page{1};

// The last number that this process or the one that it was forked from is known to have had.
constinit Number last_known{1};

// A page that the kernel fills with zeros in a child, so that no kind of fork escapes: _Fork(3) and
// clone(2) call no handlers of pthread_atfork(3). Where that is refused (Linux before 4.14), or all
// advice is taken without being followed (some emulators), such handlers have to do.
bool find_place() noexcept {
    constexpr std::size_t size = sizeof(Number);
    void* const page =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    constexpr int no_advice = -1;
    if (page != MAP_FAILED && ::madvise(page, size, no_advice) != 0 &&
        ::madvise(page, size, MADV_WIPEONFORK) == 0) {
        fork_number = ::new (page) Number{1};
        return true;
    }
    if (page != MAP_FAILED) {
        ::munmap(page, size);
    }
    ::pthread_atfork(nullptr, nullptr, [] { without_page.store(0, std::memory_order_relaxed); });
    return false;
}

[[maybe_unused]] const bool on_a_page = find_place();

}  // namespace

// It is replaced when the library is loaded by another place that holds the same.
constinit std::atomic<std::uint32_t>* fork_number = &without_page;

std::uint32_t begin_fork_generation() noexcept {
    std::uint32_t known = 0;
    // Before it is the number, so that a child forked in between does not take it, too.
    const std::uint32_t next = last_known.fetch_add(1) + 1;
    return fork_number->compare_exchange_strong(known, next) ? next : known;
}

}  // namespace tocsin::base
