// Counts the system calls of a piece of code, by ptrace. Private to bench.
#include "count_calls.h"
#include "measure.h"

#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

void count_calls_mark(void) {
    syscall(SYS_getppid);
}

static void run_traced(void (*body)(void)) {
    require(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0, "this process may not be traced");
    require(raise(SIGSTOP) == 0, "raise");
    body();
    _exit(0);
}

// The number of the system call that the stopped child is about to make, or -1.
static long entered_call(pid_t child) {
    struct __ptrace_syscall_info info;
    long size = ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info);

    return size > 0 && info.op == PTRACE_SYSCALL_INFO_ENTRY ? (long)info.entry.nr : -1;
}

long count_calls(void (*body)(void)) {
    pid_t child = fork();
    long calls = 0;
    int status = 0, marks = 0;

    require(child >= 0, "fork");
    if (child == 0) {
        run_traced(body);
    }
    require(waitpid(child, &status, 0) == child && WIFSTOPPED(status), "the child did not stop");
    ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    while (WIFSTOPPED(status)) {
        int number = WSTOPSIG(status);
        int at_call = number == (SIGTRAP | 0x80);
        long call = at_call ? entered_call(child) : -1;
        long passed_on = at_call || number == SIGSTOP ? 0 : number;

        marks += call == SYS_getppid ? 1 : 0;
        calls += marks == 1 && call >= 0 && call != SYS_getppid ? 1 : 0;
        ptrace(PTRACE_SYSCALL, child, NULL, passed_on);
        require(waitpid(child, &status, 0) == child, "waitpid");
    }
    require(status == 0 && marks == 2, "the traced child failed");
    return calls;
}
