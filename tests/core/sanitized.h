// Tells whether a sanitizer watches this program, and how much a test may do then. For tests.
#pragma once

#include <cstdint>

namespace tocsin::core {

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
inline constexpr bool thread_sanitized = true;
#else
inline constexpr bool thread_sanitized = false;
#endif
#if __has_feature(address_sanitizer)
inline constexpr bool address_sanitized = true;
#else
inline constexpr bool address_sanitized = false;
#endif
#else
#if defined(__SANITIZE_THREAD__)
inline constexpr bool thread_sanitized = true;
#else
inline constexpr bool thread_sanitized = false;
#endif
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool address_sanitized = true;
#else
inline constexpr bool address_sanitized = false;
#endif
#endif

inline constexpr bool sanitized = thread_sanitized || address_sanitized;

// `rounds` where nothing slows the program down, `fewer` under a sanitizer.
constexpr std::int64_t rounds_or(std::int64_t rounds, std::int64_t fewer) noexcept {
    return sanitized ? fewer : rounds;
}

}  // namespace tocsin::core
