// An array in memory of its own, so that what grows it does not allocate. Private to tocsin/core.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <sys/mman.h>
#include <system_error>
#include <type_traits>

#include <tocsin/base/errors.h>

namespace tocsin::core {

// Items that are all zero bytes until they are written. It grows by mremap(2). Not thread-safe.
template <typename Item>
    requires std::is_trivially_copyable_v<Item>
class MappedArray {
public:
    MappedArray() noexcept = default;
    ~MappedArray() {
        if (items_ != nullptr) {
            ::munmap(items_, size_ * sizeof(Item));
        }
    }
    MappedArray(const MappedArray&) = delete;
    MappedArray& operator=(const MappedArray&) = delete;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] Item* data() const noexcept { return items_; }
    [[nodiscard]] Item& operator[](std::size_t index) const noexcept { return items_[index]; }

    // Makes room for at least `size` items. ENOMEM is the error returned, with nothing changed.
    [[nodiscard]] std::error_code grow_to(std::size_t size) noexcept {
        if (size <= size_) {
            return {};
        }
        size = std::max(std::bit_ceil(size), size_min);
        void* const memory =
            items_ == nullptr
                ? ::mmap(nullptr, size * sizeof(Item), PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                : ::mremap(items_, size_ * sizeof(Item), size * sizeof(Item), MREMAP_MAYMOVE);
        if (memory == MAP_FAILED) {
            return base::last_error();
        }
        items_ = static_cast<Item*>(memory);
        size_ = size;
        return {};
    }

private:
    static constexpr std::size_t size_min = 256;

    Item* items_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace tocsin::core
