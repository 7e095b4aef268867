// The signal handlers of the process and who is told by them. Private to tocsin/core.
#pragma once

#include <array>
#include <atomic>
#include <csignal>
#include <pthread.h>
#include <system_error>

#include <tocsin/base/list.h>
#include <tocsin/core/signal_watch.h>

namespace tocsin::core {

// One per process, as signal dispositions are. Its lock is only held with every signal blocked, and
// the handler runs with every signal blocked, so no handler can interrupt a holder in its own
// thread.
class SignalTable {
public:
    static SignalTable& of_process() noexcept;

    // Puts `watch` under its signal, and installs the handler when it is the first there.
    [[nodiscard]] std::error_code add(SignalWatch& watch) noexcept;

    // Takes `watch` out; the handler is not inside it afterwards.
    void remove(SignalWatch& watch) noexcept;

    // Takes out all watches that are registered with `loop`, which goes away without them.
    void abandon(const Loop& loop) noexcept;

private:
    class Guard;
    struct Row {
        base::List<SignalWatch> watches;
        struct sigaction before{};
        bool installed = false;
    };

    SignalTable() noexcept;
    static void handle(int signal) noexcept;
    static void before_fork() noexcept;
    static void after_fork_in_parent() noexcept;
    static void after_fork_in_child() noexcept;

    [[nodiscard]] static bool install(int signal, Row& row) noexcept;
    static void tell_sharing(Row& row, bool of_thread, pthread_t thread) noexcept;
    static void insert(SignalWatch& watch, Row& row) noexcept;
    static void take_out(SignalWatch& watch, Row& row) noexcept;
    void forget_all() noexcept;
    void lock() noexcept;
    void unlock() noexcept { locked_.clear(std::memory_order_release); }

    std::atomic_flag locked_;
    sigset_t mask_before_fork_{};
    std::array<Row, NSIG> rows_;
};

}  // namespace tocsin::core
