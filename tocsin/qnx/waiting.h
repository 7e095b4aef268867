// How a thread sleeps in a kernel call, and for how long. Private to tocsin/qnx.
#pragma once

#include <optional>
#include <semaphore.h>
#include <sys/siginfo.h>

#include <tocsin/base/clock.h>

namespace tocsin::qnx {

// Wakes one thread once. A semaphore of glibc's is what can be cancelled, and ends at a signal.
class Bell {
public:
    enum class Reach : bool { process, processes };

    // In memory that is shared when it is for several processes.
    explicit Bell(Reach reach = Reach::process) noexcept;
    ~Bell();
    Bell(const Bell&) = delete;
    Bell& operator=(const Bell&) = delete;

    // Any thread; once for each wait.
    void ring() noexcept;

    // 0 when it was rung; EINTR after a signal handler ran, whatever SA_RESTART says; ETIMEDOUT at
    // `deadline`. A cancellation point.
    [[nodiscard]] int wait(std::optional<base::Time> deadline);

    // Until it is rung, whatever signals come; no cancellation point.
    void wait_for_certain() noexcept;

private:
    ::sem_t semaphore_;
};

// What TimerTimeout() has armed for the next call that blocks.
class Timeout {
public:
    Timeout() noexcept = default;
    Timeout(unsigned states, base::Time deadline, const struct ::sigevent& event) noexcept
        : states_{states}, deadline_{deadline}, event_{event} {}

    // Of the calling thread.
    static void arm(const Timeout& timeout) noexcept { armed = timeout; }
    [[nodiscard]] static Timeout take() noexcept {
        const Timeout taken = armed;
        armed.states_ = 0;
        return taken;
    }

    // Whether it limits any of those states, each a bit.
    [[nodiscard]] bool limits(unsigned states) const noexcept { return (states_ & states) != 0; }
    [[nodiscard]] std::optional<base::Time> deadline_in(unsigned states) const noexcept {
        return limits(states) ? std::optional{deadline_} : std::nullopt;
    }

    // Whether the call fails when its time has come.
    [[nodiscard]] bool unblocks() const noexcept {
        return SIGEV_GET_TYPE(&event_) == SIGEV_UNBLOCK;
    }

    // Whether its time has come already.
    [[nodiscard]] bool is_over() const noexcept {
        return states_ != 0 && base::monotonic_clock().now() >= deadline_;
    }

    // The time has come: delivers the event, if it is one, and says what the call fails with, or 0
    // when it goes on.
    [[nodiscard]] int expire() noexcept;

private:
    static thread_local constinit Timeout armed;

    unsigned states_ = 0;
    base::Time deadline_;
    struct ::sigevent event_ = {};
};

// What QNX gives to who asks for none.
constexpr int usual_priority = 10;

// The calling thread's number, and its priority as QNX has them: the usual one unless it is one of
// real time.
[[nodiscard]] int own_thread() noexcept;
[[nodiscard]] int own_priority() noexcept;

}  // namespace tocsin::qnx
