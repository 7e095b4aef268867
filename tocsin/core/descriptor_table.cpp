// Entries and identities of the descriptor table. Private to tocsin/core.
#include <tocsin/core/descriptor_table.h>

#include <tocsin/core/errors.h>

namespace tocsin::core {

std::error_code DescriptorTable::enter(int descriptor, Watch& watch) noexcept {
    if (const std::error_code error = places_.grow_to(static_cast<std::size_t>(descriptor) + 1)) {
        return error;
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
    if (index >= places_.size() || places_[index].generation != identity >> 32U) {
        return nullptr;
    }
    return places_[index].watch;
}

}  // namespace tocsin::core
