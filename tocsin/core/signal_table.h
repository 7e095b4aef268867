// The signal handlers of the process and who is told by them. Private to tocsin/core.
#pragma once

#include <array>
#include <csignal>
#include <cstdint>
#include <pthread.h>
#include <system_error>

#include <tocsin/base/atomic.h>
#include <tocsin/base/list.h>
#include <tocsin/core/signal_watch.h>

namespace tocsin::core {

// One per process, as signal dispositions are. Many may look at it at a time, and one may change
// it. Who does either has every signal blocked, so that no handler interrupts it in its own thread.
//
// A fork is a look that lasts: handlers must not wait for it, since fork() in its turn waits for
// locks of libc that an interrupted thread may hold. Nor may they wait for a change that waits for
// the fork; so a change begins only when nobody looks. models/signal_table.pml.
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
    class Change;
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
    void begin_change() noexcept;
    void end_change() noexcept;
    void begin_look() noexcept;
    void end_look() noexcept { users_.fetch_sub(1, std::memory_order_release); }

    // Who uses the table, in one word: below, how many look, or `changing`; above, the fork
    // generation of those. A child that no handler of pthread_atfork(3) has told of its birth finds
    // another generation there, whose users are its parent's.
    static constexpr std::uint32_t changing = UINT32_MAX;
    base::Atomic<std::uint64_t> users_{0};
    std::array<Row, NSIG> rows_;
};

}  // namespace tocsin::core
