// The watches of one loop, by descriptor number. Private to tocsin/core.
#pragma once

#include <cstddef>
#include <cstdint>
#include <system_error>

#include <tocsin/core/mapped_array.h>

namespace tocsin::core {

class Watch;

// Finds the watch of a descriptor, and tells whether it is still the one that was meant: each place
// has a generation that grows with every registration, so a report about a watch that is gone is
// recognised even when its descriptor number has a new owner. One thread.
class DescriptorTable {
public:
    // Makes room for the numbers that most programs use, so that entering one of them needs no
    // memory. ENOMEM is the error returned.
    [[nodiscard]] std::error_code prepare() noexcept { return places_.grow_to(1); }

    // Whether `descriptor` can be entered without growing.
    [[nodiscard]] bool has_room_for(int descriptor) const noexcept {
        return descriptor >= 0 && static_cast<std::size_t>(descriptor) < places_.size();
    }

    // Enters `watch` under `descriptor`, which is not negative. Fails with Error::already_watched
    // or ENOMEM, with nothing changed.
    [[nodiscard]] std::error_code enter(int descriptor, Watch& watch) noexcept;

    void erase(int descriptor) noexcept { at(descriptor).watch = nullptr; }

    // What identifies the watch that is entered under `descriptor` now.
    [[nodiscard]] std::uint64_t identity(int descriptor) const noexcept;

    // The watch that `identity` was asked for, or nullptr when it is gone.
    [[nodiscard]] Watch* find(std::uint64_t identity) const noexcept;

    // Calls `visit(watch)` for every watch.
    template <typename Visit>
    void for_each(Visit&& visit) const {
        for (std::size_t index = 0; index < places_.size(); ++index) {
            if (places_[index].watch != nullptr) {
                visit(*places_[index].watch);
            }
        }
    }

private:
    struct Place {
        Watch* watch;
        std::uint32_t generation;
    };

    [[nodiscard]] Place& at(int descriptor) const noexcept {
        return places_[static_cast<std::size_t>(descriptor)];
    }

    MappedArray<Place> places_;
};

}  // namespace tocsin::core
