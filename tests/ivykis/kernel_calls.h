// Counts what a piece of code asks of the kernel. For tests/ivykis.
#ifndef TESTS_IVYKIS_KERNEL_CALLS_H
#define TESTS_IVYKIS_KERNEL_CALLS_H

#include "objects.h"

#include <sys/ptrace.h>
#include <sys/syscall.h>

static inline int is_entry(pid_t child, int status, long number) {
    struct __ptrace_syscall_info info;

    if (!WIFSTOPPED(status) || WSTOPSIG(status) != (SIGTRAP | 0x80)) {
        return 0;
    }
    KEEP(ptrace(PTRACE_GET_SYSCALL_INFO, child, (void*)sizeof info, &info) > 0);
    return info.op == PTRACE_SYSCALL_INFO_ENTRY && (long)info.entry.nr == number;
}

// How often `body`, run in a child after `prepare`, makes the call `number`, or any call. What
// other threads of that child do is not counted.
static inline int kernel_calls(void (*prepare)(void), void (*body)(void), long number) {
    pid_t child = fork();
    int status, count = 0;

    if (child == 0) {
        prepare();
        SAME(ptrace(PTRACE_TRACEME, 0, NULL, NULL), 0);
        raise(SIGSTOP);
        body();
        _exit(0);
    }
    SAME(waitpid(child, &status, 0), child);
    KEEP(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    SAME(ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL), 0);
    while (WIFSTOPPED(status)) {
        count += is_entry(child, status, number);
        SAME(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
        SAME(waitpid(child, &status, 0), child);
    }
    SAME(status, 0);
    return count;
}

#endif
