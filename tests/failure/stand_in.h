// How a function of libc is stood in for. For tests.
#pragma once

#include <atomic>
#include <cerrno>
#include <dlfcn.h>

#include <tests/failure/plan.h>

namespace tocsin::failure {

// Where the function returns to that makes one of these without an argument.
struct Caller {
    const void* address;
    [[gnu::always_inline]] Caller(const void* where = __builtin_return_address(0)) noexcept
        : address{where} {}
};

// The function that would have been called if nobody stood in for it.
template <typename Function>
[[nodiscard]] Function* next_of(const char* name) noexcept {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

// Fails as planned, or does what the next library does. Only to be called by a stand-in, with
// Caller{}. (The C library passes what follows the dots as it passes everything else.)
template <Call call, typename Result, typename... Arguments>
Result stand_in(Caller caller, Arguments... arguments) {
    if (const int error = failure_of(call, caller.address)) {
        errno = error;
        return Result(-1);
    }
    static constinit std::atomic<Result (*)(Arguments...)> next{nullptr};
    if (next.load(std::memory_order_relaxed) == nullptr) {
        next.store(next_of<Result(Arguments...)>(name_of(call)), std::memory_order_relaxed);
    }
    return next.load(std::memory_order_relaxed)(arguments...);
}

}  // namespace tocsin::failure
