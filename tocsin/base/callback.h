// A handler in two words: a context and a function. Public.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace tocsin::base {

// What fits into a Callback without allocation: a trivially copyable callable of at most one word,
// for example a lambda that captures `this` or one pointer or reference.
template <typename Callable, typename... Arguments>
concept FitsCallback =
    std::is_trivially_copyable_v<Callable> && std::is_trivially_destructible_v<Callable> &&
    sizeof(Callable) <= sizeof(void*) && std::invocable<const Callable&, Arguments...>;

// A function to call later, with one word of context. Copying it copies two words; it never
// allocates and owns nothing, so what the context points to must outlive it.
template <typename... Arguments>
class Callback {
public:
    using Function = void (*)(void* context, Arguments...);

    // An empty callback: calling it does nothing.
    constexpr Callback() noexcept = default;

    // Calls `function(context, arguments...)`.
    constexpr Callback(Function function, void* context) noexcept
        : context_{context}, function_{function} {}

    // Calls a copy of `callable`. A lambda that captures more than one word does not compile here:
    // capture `this`, or a reference to an object that holds the rest.
    template <typename Callable>
        requires(!std::same_as<Callable, Callback> && FitsCallback<Callable, Arguments...>)
    Callback(Callable callable) noexcept
        : context_{pack(callable)}, function_{&call_packed<Callable>} {}

    // Calls `(object.*method)(arguments...)`; the method is bound at compile time.
    template <auto method, typename Object>
    [[nodiscard]] static Callback bind(Object& object) noexcept {
        return {[](void* context, Arguments... arguments) {
                    (static_cast<Object*>(context)->*method)(arguments...);
                },
                &object};
    }

    void operator()(Arguments... arguments) const {
        if (function_ != nullptr) {
            function_(context_, arguments...);
        }
    }

    [[nodiscard]] explicit operator bool() const noexcept { return function_ != nullptr; }

private:
    template <typename Callable>
    static void* pack(const Callable& callable) noexcept {
        std::array<std::byte, sizeof(void*)> word{};
        const auto bytes = std::bit_cast<std::array<std::byte, sizeof(Callable)>>(callable);
        for (std::size_t index = 0; index < bytes.size(); ++index) {
            word[index] = bytes[index];
        }
        return std::bit_cast<void*>(word);
    }

    template <typename Callable>
    static void call_packed(void* context, Arguments... arguments) {
        const auto word = std::bit_cast<std::array<std::byte, sizeof(void*)>>(context);
        std::array<std::byte, sizeof(Callable)> bytes{};
        for (std::size_t index = 0; index < bytes.size(); ++index) {
            bytes[index] = word[index];
        }
        std::bit_cast<Callable>(bytes)(arguments...);
    }

    void* context_ = nullptr;
    Function function_ = nullptr;
};

}  // namespace tocsin::base
