// Memory and identities of the descriptor table. Private to tocsin/core.
#include <tocsin/core/descriptor_table.h>

#include <algorithm>
#include <bit>
#include <sys/mman.h>

#include <tocsin/base/errors.h>
#include <tocsin/core/errors.h>

namespace tocsin::core {

namespace {

constexpr std::size_t size_min = 256;

}  // namespace

DescriptorTable::~DescriptorTable() {
    if (places_ != nullptr) {
        ::munmap(places_, size_ * sizeof(Place));
    }
}

std::error_code DescriptorTable::grow_to(std::size_t size) noexcept {
    size = std::max(std::bit_ceil(size), size_min);
    void* const memory =
        places_ == nullptr
            ? ::mmap(nullptr, size * sizeof(Place), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            : ::mremap(places_, size_ * sizeof(Place), size * sizeof(Place), MREMAP_MAYMOVE);
    if (memory == MAP_FAILED) {
        return base::last_error();
    }
    places_ = static_cast<Place*>(memory);
    size_ = size;
    return {};
}

std::error_code DescriptorTable::enter(int descriptor, Watch& watch) noexcept {
    const auto index = static_cast<std::size_t>(descriptor);
    if (index >= size_) {
        if (const std::error_code error = grow_to(index + 1)) {
            return error;
        }
    }
    Place& place = at(descriptor);
    if (place.watch != nullptr) {
        return Error::already_watched;
    }
    place.watch = &watch;
    ++place.generation;
    return {};
}

std::uint64_t DescriptorTable::identity(int descriptor) const noexcept {
    return (std::uint64_t{at(descriptor).generation} << 32U) |
           static_cast<std::uint32_t>(descriptor);
}

Watch* DescriptorTable::find(std::uint64_t identity) const noexcept {
    const auto index = static_cast<std::uint32_t>(identity);
    if (index >= size_ || places_[index].generation != identity >> 32U) {
        return nullptr;
    }
    return places_[index].watch;
}

}  // namespace tocsin::core
