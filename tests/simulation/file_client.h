// A client of the simulated path, as the kernel sees it, and what it must be told. For the
// simulation.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <tests/resource/machine.h>
#include <tests/simulation/device.h>

namespace tocsin::simulation {

using resource::Machine;

// How its arms have ended: what the conservation law is about.
struct Ends {
    std::uint64_t armed = 0;
    std::uint64_t told = 0;
    std::uint64_t replaced = 0;
    std::uint64_t removed = 0;
};

// One open file. It believes to know how it is armed, and each time that the kernel is told to wake
// it, or is not, it holds that against what it believes.
class FileClient {
public:
    FileClient(Machine& machine, std::uint64_t file, std::int64_t threshold) noexcept
        : machine_{&machine}, file_{file}, threshold_{threshold} {}

    [[nodiscard]] std::uint64_t file() const noexcept { return file_; }

    // Asks for `events`, and to be told; holds the answer against `device`, and returns it. Empty
    // when memory was short, as it may be, and nothing was armed.
    std::optional<unsigned> poll(const Device& device, unsigned events, bool arm, bool may_fail,
                                 Ends& ends);

    // The manager has said that there is so much of `condition`.
    void expect_trigger(Condition condition, std::int64_t available, Ends& ends) noexcept;

    // The kernel was told to wake it as often as it expects; how often that was.
    int check_wakes();

    // It is closed, or its manager is gone.
    void forget_arms(Ends& ends) noexcept;
    [[nodiscard]] std::uint64_t arms() const noexcept;

    // The number of the call in which it sleeps.
    std::optional<std::uint64_t> reads;
    std::optional<std::uint64_t> writes;

private:
    [[nodiscard]] bool met(Condition condition, std::int64_t available) const noexcept {
        return available >= (condition == Condition::input ? threshold_ : 1);
    }

    Machine* machine_;
    std::uint64_t file_;
    std::int64_t threshold_;
    std::array<bool, core::condition_count> armed_{};
    int wakes_expected_ = 0;
};

}  // namespace tocsin::simulation
