// The words that a checked program is made of: what base::Atomic and base::Shared are here.
#pragma once

#include <bit>
#include <cstring>
#include <type_traits>

#include <checker/memory.h>

namespace interleavings {

template <typename T>
concept FitsWord = std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(std::uint64_t);

template <FitsWord T>
[[nodiscard]] std::uint64_t to_bits(T value) noexcept {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    return bits;
}

template <FitsWord T>
[[nodiscard]] T from_bits(std::uint64_t bits) noexcept {
    T value{};
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

// In place of std::atomic<T>. It takes no more room than T, so that sizes stay what they are.
template <FitsWord T>
class alignas(T) Atomic {
public:
    Atomic() noexcept : Atomic(T{}) {}
    Atomic(T value) noexcept : word_{memory().make_word(to_bits(value))} {}
    ~Atomic() { memory().end_word(word_); }
    Atomic(const Atomic&) = delete;
    Atomic& operator=(const Atomic&) = delete;

    T load(std::memory_order order, Where where = Where::current()) const noexcept {
        return from_bits<T>(memory().load(word_, order, where));
    }
    void store(T value, std::memory_order order, Where where = Where::current()) noexcept {
        memory().store(word_, to_bits(value), order, where);
    }
    T exchange(T value, std::memory_order order, Where where = Where::current()) noexcept {
        return change([](std::uint64_t, std::uint64_t wanted) { return wanted; }, value, order,
                      where);
    }
    T fetch_or(T bits, std::memory_order order, Where where = Where::current()) noexcept {
        return change([](std::uint64_t old, std::uint64_t more) { return old | more; }, bits, order,
                      where);
    }
    T fetch_add(T term, std::memory_order order, Where where = Where::current()) noexcept {
        return change(
            [](std::uint64_t old, std::uint64_t more) {
                return to_bits(static_cast<T>(from_bits<T>(old) + from_bits<T>(more)));
            },
            term, order, where);
    }
    T fetch_sub(T term, std::memory_order order, Where where = Where::current()) noexcept {
        return fetch_add(static_cast<T>(-term), order, where);
    }
    bool compare_exchange_strong(T& expected, T wanted, std::memory_order success,
                                 std::memory_order failure,
                                 Where where = Where::current()) noexcept {
        std::uint64_t found = to_bits(expected);
        const bool exchanged =
            memory().compare_exchange(word_, found, to_bits(wanted), success, failure, where);
        expected = from_bits<T>(found);
        return exchanged;
    }
    // One that fails is a load, as relaxed as it may be.
    bool compare_exchange_strong(T& expected, T wanted, std::memory_order success,
                                 Where where = Where::current()) noexcept {
        return compare_exchange_strong(expected, wanted, success, std::memory_order_relaxed, where);
    }
    bool compare_exchange_weak(T& expected, T wanted, std::memory_order success,
                               std::memory_order failure, Where where = Where::current()) noexcept {
        return compare_exchange_strong(expected, wanted, success, failure, where);
    }

private:
    static Memory& memory() noexcept { return Memory::of_execution(); }
    T change(Change change, T operand, std::memory_order order, Where where) noexcept {
        return from_bits<T>(memory().change(word_, change, to_bits(operand), order, where));
    }

    std::uint32_t word_;
};

// In place of a plain T.
template <FitsWord T>
class alignas(T) Shared {
public:
    explicit Shared(T value = T{}) noexcept : plain_{memory().make_plain(to_bits(value))} {}
    ~Shared() { memory().end_plain(plain_); }
    Shared(const Shared& other) noexcept : Shared{static_cast<T>(other)} {}
    Shared& operator=(const Shared& other) noexcept { return *this = static_cast<T>(other); }
    Shared& operator=(T value) noexcept {
        memory().write(plain_, to_bits(value));
        return *this;
    }
    operator T() const noexcept { return from_bits<T>(memory().read(plain_)); }
    T operator->() const noexcept { return *this; }

private:
    static Memory& memory() noexcept { return Memory::of_execution(); }

    std::uint32_t plain_;
};

}  // namespace interleavings
