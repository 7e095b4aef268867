// Tells whether a sanitizer watches this program, and how much a test may do then. For tests.
#pragma once

#include <cstdint>
#include <cstdlib>

// What g++ and clang call by different names.
#if defined(__SANITIZE_THREAD__)
#define TOCSIN_THREAD_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TOCSIN_THREAD_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define TOCSIN_ADDRESS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TOCSIN_ADDRESS_SANITIZED 1
#endif
#endif
#if defined(TOCSIN_THREAD_SANITIZED) || defined(TOCSIN_ADDRESS_SANITIZED)
#define TOCSIN_SANITIZED 1
#endif

namespace tocsin::core {

#if defined(TOCSIN_SANITIZED)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

#if defined(TOCSIN_THREAD_SANITIZED)
inline constexpr bool thread_sanitized = true;
#else
inline constexpr bool thread_sanitized = false;
#endif

// `rounds` where nothing slows the program down; `fewer` under a sanitizer, and where the tests run
// once more for another reason: the variable TOCSIN_FEWER_ROUNDS is there then.
inline std::int64_t rounds_or(std::int64_t rounds, std::int64_t fewer) noexcept {
    static const bool few = sanitized || std::getenv("TOCSIN_FEWER_ROUNDS") != nullptr;
    return few ? fewer : rounds;
}

}  // namespace tocsin::core
