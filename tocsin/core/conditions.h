// What a client of a descriptor or a resource can wait for. Public.
#pragma once

#include <bit>
#include <cstdint>

namespace tocsin::core {

// One condition. The number is its bit in Conditions.
enum class Condition : std::uint8_t {
    input = 0,        // something can be read
    output = 1,       // something can be written
    out_of_band = 2,  // something outside the normal stream can be read; POLLPRI of a descriptor
    priority = 3,     // something urgent can be read
    output_band = 4,  // something urgent can be written
    error = 5,        // something went wrong
    hang_up = 6,      // the other side is gone
    invalid = 12,     // the object is not open
};

// Numbers below it that have no name above are free for those who arm and trigger.
inline constexpr int condition_count = 15;

// A set of conditions; a plain value.
class Conditions {
public:
    constexpr Conditions() noexcept = default;
    constexpr Conditions(Condition condition) noexcept  // NOLINT(google-explicit-constructor)
        : bits_{static_cast<std::uint16_t>(1U << static_cast<unsigned>(condition))} {}

    // The set whose bit n is condition n; bits from condition_count on are dropped.
    [[nodiscard]] static constexpr Conditions from_bits(unsigned bits) noexcept {
        Conditions conditions;
        conditions.bits_ = static_cast<std::uint16_t>(bits & ((1U << condition_count) - 1U));
        return conditions;
    }
    [[nodiscard]] constexpr unsigned bits() const noexcept { return bits_; }

    [[nodiscard]] constexpr bool any() const noexcept { return bits_ != 0; }
    [[nodiscard]] constexpr bool has(Condition condition) const noexcept {
        return (*this & condition).any();
    }

    constexpr Conditions& operator|=(Conditions other) noexcept { return *this = *this | other; }
    constexpr Conditions& operator&=(Conditions other) noexcept { return *this = *this & other; }
    constexpr Conditions& operator-=(Conditions other) noexcept { return *this = *this - other; }

    friend constexpr Conditions operator|(Conditions left, Conditions right) noexcept {
        return from_bits(left.bits() | right.bits());
    }
    friend constexpr Conditions operator&(Conditions left, Conditions right) noexcept {
        return from_bits(left.bits() & right.bits());
    }
    // What is in `left` and not in `right`.
    friend constexpr Conditions operator-(Conditions left, Conditions right) noexcept {
        return from_bits(left.bits() & ~right.bits());
    }
    friend constexpr bool operator==(Conditions, Conditions) noexcept = default;

    // Calls `visit(condition)` for each condition of the set, lowest number first.
    template <typename Visit>
    constexpr void for_each(Visit&& visit) const {
        for (unsigned rest = bits_; rest != 0; rest &= rest - 1) {
            visit(static_cast<Condition>(std::countr_zero(rest)));
        }
    }

private:
    std::uint16_t bits_ = 0;
};

[[nodiscard]] constexpr Conditions operator|(Condition left, Condition right) noexcept {
    return Conditions{left} | Conditions{right};
}

}  // namespace tocsin::core
