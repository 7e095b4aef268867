// Counts the system calls of a piece of code. For tests.
#pragma once

#include <csignal>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tests/core/forked.h>
#include <tests/core/sanitized.h>

namespace tocsin::core {

// Begins or ends what is counted.
inline void mark() noexcept {
    ::syscall(SYS_getppid);
}

// The number of the system call that the stopped child `child` is about to make, or -1.
[[nodiscard]] inline long entered_call(pid_t child) {
    __ptrace_syscall_info info{};
    const auto size = reinterpret_cast<void*>(sizeof info);
    if (::ptrace(PTRACE_GET_SYSCALL_INFO, child, size, &info) <= 0 ||
        info.op != PTRACE_SYSCALL_INFO_ENTRY) {
        return -1;
    }
    return static_cast<long>(info.entry.nr);
}

// Only for the thread sanitizer is the mask of signals changed around a wait: see
// tocsin/core/sleep_mask.h.
[[nodiscard]] constexpr bool counts(long call) noexcept {
    return call >= 0 && call != SYS_getppid && !(thread_sanitized && call == SYS_rt_sigprocmask);
}

// Runs `body()` in a child that is traced, and returns how many system calls its first thread made
// between its two calls of mark(); -1 when tracing did not work or the child failed.
template <typename Body>
[[nodiscard]] int count_system_calls(Body&& body) {
    const pid_t child = start_child([&body] {
        if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0 || ::raise(SIGSTOP) != 0) {
            return child_failed;
        }
        body();
        return 0;
    });
    int status = 0;
    int marks = 0;
    int calls = 0;
    ::waitpid(child, &status, 0);
    ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD);
    while (WIFSTOPPED(status)) {
        const int number = WSTOPSIG(status);
        const bool at_call = number == (SIGTRAP | 0x80);
        const long call = at_call ? entered_call(child) : -1;
        marks += call == SYS_getppid ? 1 : 0;
        calls += marks == 1 && counts(call) ? 1 : 0;
        const long signal = at_call || number == SIGSTOP ? 0 : number;
        ::ptrace(PTRACE_SYSCALL, child, nullptr, reinterpret_cast<void*>(signal));
        if (::waitpid(child, &status, 0) != child) {
            return -1;
        }
    }
    return status == 0 && marks == 2 ? calls : -1;
}

}  // namespace tocsin::core
