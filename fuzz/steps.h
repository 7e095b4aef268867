// The fuzzer's bytes as steps. Private to fuzz.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace tocsin::fuzz {

struct Step {
    unsigned what;
    std::span<const std::uint8_t> bytes;
};

// Each step is a byte for what, one for a size, and that many bytes, or what is left.
class Steps {
public:
    Steps(const std::uint8_t* data, std::size_t size) noexcept : rest_{data, size} {}

    // Nothing when no step is left.
    [[nodiscard]] std::optional<Step> next() noexcept {
        if (rest_.size() < 2) {
            return std::nullopt;
        }
        const std::size_t size = std::min<std::size_t>(rest_[1], rest_.size() - 2);
        const Step step{.what = rest_[0], .bytes = rest_.subspan(2, size)};
        rest_ = rest_.subspan(2 + size);
        return step;
    }

private:
    std::span<const std::uint8_t> rest_;
};

}  // namespace tocsin::fuzz
