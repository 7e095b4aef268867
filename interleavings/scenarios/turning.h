// A loop that is turned until it has delivered what a scenario posts.
#pragma once

#include <tocsin/base/callback.h>
#include <tocsin/base/clock.h>
#include <tocsin/core/event.h>
#include <tocsin/core/loop.h>

namespace interleavings {

namespace base = tocsin::base;
namespace core = tocsin::core;

// Time stands still in an execution, so that each is the same when it is repeated.
class Turning {
public:
    // It stops after `deliveries`.
    explicit Turning(int deliveries) : left_{deliveries} {}

    [[nodiscard]] core::Loop& loop() noexcept { return loop_; }

    // Sleeps and delivers until everything has been delivered.
    void run() { loop_.run(); }

    void count_delivery() noexcept {
        if (--left_ == 0) {
            loop_.stop();
        }
    }

private:
    base::ManualClock clock_;
    core::Loop loop_{core::LoopOptions{.clock = clock_}};
    int left_;
};

}  // namespace interleavings
