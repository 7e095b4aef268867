// An arm: one client's request to be told once. Public.
#pragma once

#include <cstdint>

#include <tocsin/base/atomic.h>
#include <tocsin/base/callback.h>
#include <tocsin/base/list.h>
#include <tocsin/core/conditions.h>

namespace tocsin::core {

class WaitQueue;

// Where a firing goes: told what came true. Called by the thread that triggers, without a lock;
// must neither block nor throw.
using Sink = base::Callback<Conditions>;

// A slot that waits in one WaitQueue for one condition, with a threshold.
//
//           WaitQueue::arm()          trigger()
//   idle ---------------------> armed ----------> firing ---> idle, then the sink is called
//     ^                           |                  |
//     +------ WaitQueue::cancel() +------------------+
//
// The caller owns it; its destructor cancels it, so that its memory may be freed also while another
// thread triggers, and inside its own sink. While it is armed, or its sink is running, it is tied
// to its queue: arming it in another one stops the program. A queue that goes hangs up on its arms,
// which may outlive it.
class Arm : private base::Link<> {
public:
    // An idle arm. `owner` is whatever identifies the client to WaitQueue::cancel_all().
    explicit Arm(Sink sink = {}, std::uint64_t owner = 0) noexcept : sink_{sink}, owner_{owner} {}
    ~Arm();

    Arm(const Arm&) = delete;
    Arm& operator=(const Arm&) = delete;

    // Replaces sink and owner; only while it is idle.
    void set_sink(Sink sink, std::uint64_t owner) noexcept;

    [[nodiscard]] std::uint64_t owner() const noexcept { return owner_; }

    // What it was last armed for.
    [[nodiscard]] Condition condition() const noexcept { return condition_; }
    [[nodiscard]] std::int64_t threshold() const noexcept { return threshold_; }

private:
    friend class WaitQueue;
    friend class ArmHeap;
    friend class base::List<Arm>;

    enum class State : std::uint8_t { idle, armed, firing };

    Sink sink_;
    std::uint64_t owner_ = 0;
    base::Atomic<WaitQueue*> queue_{nullptr};  // where it is armed, or its sink is running

    // Its place among the armed ones: see ArmHeap. While it fires it is on a list instead.
    Arm* left_ = nullptr;
    Arm* right_ = nullptr;
    Arm* above_ = nullptr;
    std::int64_t threshold_ = 1;
    std::uint64_t sequence_ = 0;  // the order of arming
    std::uint64_t fired_ = 0;     // the last arming that has fired
    Condition condition_ = Condition::input;
    State state_ = State::idle;
    std::uint8_t rank_ = 0;  // how many arms the shortest way down passes, this one included
};

}  // namespace tocsin::core
