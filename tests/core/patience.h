// Waiting for a condition, bounded. For tests.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <tocsin/core/loop.h>

namespace tocsin::core {

// Longer than anything that is going to happen takes, on the busiest machine.
inline constexpr std::chrono::seconds patience{30};

// Whether `holds()` comes true, looked at all the time.
template <typename Condition>
[[nodiscard]] bool comes_true(Condition&& holds, std::chrono::nanoseconds limit = patience) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

// Whether `holds()` comes true in a turn of `loop`. The loop sleeps between turns, so a wake-up
// that is lost shows.
template <typename Holds>
[[nodiscard]] bool turn_until(Loop& loop, Holds&& holds, base::Duration limit = patience) {
    bool late = false;
    Timer limiter{base::Callback<>{[&late] { late = true; }}};
    limiter.arm(loop, loop.refresh_time() + limit);
    while (!holds() && !late) {
        loop.turn(Wait::yes);
    }
    return holds();
}

// A door that one thread waits at until another one opens it.
class Gate {
public:
    void open() {
        const std::lock_guard lock{mutex_};
        open_ = true;
        opened_.notify_all();
    }

    // False when it stays shut for `limit`.
    [[nodiscard]] bool pass(std::chrono::nanoseconds limit = patience) {
        std::unique_lock lock{mutex_};
        awaited_ = true;
        opened_.notify_all();
        return opened_.wait_for(lock, limit, [this] { return open_; });
    }

    // Returns when a thread has come to wait, or has waited.
    void be_awaited() {
        std::unique_lock lock{mutex_};
        opened_.wait(lock, [this] { return awaited_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable opened_;
    bool open_ = false;
    bool awaited_ = false;
};

}  // namespace tocsin::core
