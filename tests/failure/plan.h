// Which call of the product is to fail. For tests.
#pragma once

#include <cstdint>
#include <string>

#include <tests/failure/calls.h>
#include <tocsin/base/callback.h>

namespace tocsin::failure {

// What follows on a failure.
enum class Then : std::uint8_t {
    nothing,  // that one call fails
    same,     // and all that follow
    memory,   // and all allocations that follow
};

// The call `call` that is the `nth`, counted from one over all threads, fails with `error`.
struct Plan {
    Call call = Call::allocation;
    int error = 0;
    std::int64_t nth = 0;
    Then then = Then::nothing;
};

// "the call number 2 of epoll_ctl fails with ENOMEM, and all that follow".
[[nodiscard]] std::string text_of(const Plan& plan);

// Has the plan followed until it ends. One at a time.
class Trial {
public:
    // Only counts calls and finds where they are made.
    Trial() noexcept;
    explicit Trial(const Plan& plan) noexcept;
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;
    ~Trial() { end(); }

    // From now on nothing fails, as when a shortage is over.
    void end() noexcept;

    // Whether anything has failed, also in a forked child.
    [[nodiscard]] bool reached() const noexcept;

    // How often the product has made the call; until the next trial.
    [[nodiscard]] std::int64_t count_of(Call call) const noexcept;
};

// While it lives the product is refused `call`, as by an older kernel or a sandbox, also in trials.
class Refusal {
public:
    Refusal(Call call, int error) noexcept;
    Refusal(const Refusal&) = delete;
    Refusal& operator=(const Refusal&) = delete;
    ~Refusal();

private:
    Call call_;
};

// While it lives, who is about to ring does `first` before.
class BeforeRings {
public:
    explicit BeforeRings(const base::Callback<>& first) noexcept;
    BeforeRings(const BeforeRings&) = delete;
    BeforeRings& operator=(const BeforeRings&) = delete;
    ~BeforeRings();
};

// Called by what stands in for `call`, before anything else.
void come_to(Call call);

// The error that `call` is to fail with, or zero. Asked by what stands in for it; `caller` is where
// that returns to. Only the product's own calls fail, and those that libraries make on its behalf:
// never the tests'.
[[nodiscard]] int failure_of(Call call, const void* caller) noexcept;

}  // namespace tocsin::failure
