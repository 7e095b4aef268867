// Making and mapping shared memory. Private to tocsin/qnx.
#include <tocsin/qnx/link/area.h>

#include <bit>
#include <fcntl.h>
#include <linux/magic.h>
#include <new>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <system_error>

#include <tocsin/base/errors.h>

namespace tocsin::qnx {

namespace {

// What a server insists on: without it the client could take the memory away under its hands.
constexpr int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

// Huge pages may be missing when they are touched, which would be the end of who touches them.
bool is_plain_memory(const base::Descriptor& descriptor) noexcept {
    struct ::statfs status = {};
    return ::fstatfs(descriptor.number(), &status) == 0 && status.f_type == TMPFS_MAGIC;
}

std::byte* map(const base::Descriptor& descriptor, std::size_t size) noexcept {
    void* const start =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.number(), 0);
    return start == MAP_FAILED ? nullptr : static_cast<std::byte*>(start);
}

std::shared_ptr<Area> hold(std::uint32_t number, std::byte* start, std::size_t size) {
    try {
        return std::make_shared<Area>(number, start, size);
    } catch (const std::bad_alloc&) {
        ::munmap(start, size);
        throw;
    }
}

}  // namespace

std::size_t Area::size_for(std::size_t message, std::size_t room) noexcept {
    constexpr std::size_t most = size_max - header_size;
    if (message > most || room > most - message) {
        return 0;
    }
    const std::size_t needed = header_size + message + room;
    return needed <= size_least ? size_least : std::bit_ceil(needed);
}

std::shared_ptr<Area> Area::make(std::uint32_t number, std::size_t size,
                                 base::Descriptor& descriptor) {
    base::Descriptor memory{::memfd_create("tocsin-qnx", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
    if (!memory || ::ftruncate(memory.number(), static_cast<::off_t>(size)) != 0 ||
        ::fcntl(memory.number(), F_ADD_SEALS, seals) != 0) {
        throw std::system_error{base::last_error(), "cannot make shared memory"};
    }
    std::byte* const start = map(memory, size);
    if (start == nullptr) {
        throw std::system_error{base::last_error(), "cannot map shared memory"};
    }
    std::shared_ptr<Area> area = hold(number, start, size);
    new (start) AreaHeader;
    descriptor = std::move(memory);
    return area;
}

std::shared_ptr<Area> Area::accept(std::uint32_t number, std::uint64_t size,
                                   const base::Descriptor& descriptor) {
    struct ::stat status = {};
    if (size < size_least || size > size_max || ::fstat(descriptor.number(), &status) != 0 ||
        static_cast<std::uint64_t>(status.st_size) != size || !is_plain_memory(descriptor)) {
        return nullptr;
    }
    const int sealed = ::fcntl(descriptor.number(), F_GET_SEALS);
    if (sealed < 0 || (sealed & seals) != seals) {
        return nullptr;
    }
    std::byte* const start = map(descriptor, size);
    return start == nullptr ? nullptr : hold(number, start, size);
}

// Who waits for the answer looks again.
void Area::refuse() noexcept {
    refused_ = true;
    header().bell.ring();
}

void Area::empty() noexcept {
    static_cast<void>(::madvise(start_, size_, MADV_REMOVE));
}

Area::~Area() {
    ::munmap(start_, size_);
}

}  // namespace tocsin::qnx
