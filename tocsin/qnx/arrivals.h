// What waits to be received at a channel. Private to tocsin/qnx.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <sys/siginfo.h>

#include <tocsin/base/list.h>

namespace tocsin::qnx {

// Something that waits, with a priority of 0 to 255.
struct Arrival : base::Link<> {
    explicit Arrival(int rank = 0) noexcept : priority{rank} {}

    int priority;
    std::uint64_t order = 0;  // by which equal ones are received
};

struct Pulse final : Arrival {
    ::_pulse content = {};

    // Keeps alive what this is a part of; a pulse of its own has none.
    std::shared_ptr<void> whole;
};

// Arrivals of one kind by priority. Every step is O(1). Owns nothing; not thread-safe.
template <typename Kind>
class Arrivals {
public:
    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }

    void push_back(Kind& arrival) noexcept { enter(arrival).push_back(arrival); }
    void push_front(Kind& arrival) noexcept { enter(arrival).push_front(arrival); }

    void remove(Kind& arrival) noexcept {
        link_of(arrival).unlink();
        --count_;
        const auto level = static_cast<std::size_t>(arrival.priority);
        if (levels_[level].empty()) {
            used_[level / bits] &= ~(std::uint64_t{1} << level % bits);
        }
    }

    // The first of the highest priority, or nullptr.
    [[nodiscard]] Kind* first() noexcept {
        for (std::size_t word = used_.size(); word-- > 0;) {
            if (used_[word] != 0) {
                return &levels_[word * bits + bits - 1 -
                                static_cast<std::size_t>(std::countl_zero(used_[word]))]
                            .front();
            }
        }
        return nullptr;
    }

private:
    static constexpr std::size_t bits = 64;
    static constexpr std::size_t level_count = 256;

    static base::Link<>& link_of(Kind& arrival) noexcept { return arrival; }

    base::List<Kind>& enter(Kind& arrival) noexcept {
        const auto level = static_cast<std::size_t>(arrival.priority);
        used_[level / bits] |= std::uint64_t{1} << level % bits;
        ++count_;
        return levels_[level];
    }

    std::array<base::List<Kind>, level_count> levels_;
    std::array<std::uint64_t, level_count / bits> used_ = {};
    std::size_t count_ = 0;
};

}  // namespace tocsin::qnx
