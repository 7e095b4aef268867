// What a scenario is made of.
#pragma once

#include <functional>
#include <span>

#include <checker/choices.h>
#include <checker/words.h>

namespace interleavings {

// Whether a scenario only has to hold, or is about something that may happen, and has to be found.
enum class Promise : bool { holds, is_reached };

// A scenario is thread 0 of each of its executions. When nobody can go on in one, or something that
// was expected does not hold, the scenario has failed.
struct Scenario {
    const char* name;
    void (*body)();
    Bounds bounds;
    Promise promise = Promise::holds;
};

// All of them; those of one file after the other.
[[nodiscard]] std::span<const Scenario> litmus_scenarios() noexcept;
[[nodiscard]] std::span<const Scenario> event_scenarios() noexcept;
[[nodiscard]] std::span<const Scenario> unregister_scenarios() noexcept;
[[nodiscard]] std::span<const Scenario> loop_scenarios() noexcept;
[[nodiscard]] std::span<const Scenario> wait_queue_scenarios() noexcept;
[[nodiscard]] std::span<const Scenario> signal_scenarios() noexcept;

// Starts another thread.
void start(std::function<void()> body);

// Waits until all other threads have ended.
void join();

// Fails with `promise` unless it is kept.
void expect(bool kept, const char* promise);

// This execution has come to what the scenario is about.
void reach() noexcept;

// Whether any execution has since this was asked last.
[[nodiscard]] bool take_reached() noexcept;

}  // namespace interleavings
