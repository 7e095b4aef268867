// Runs a command for which chosen system calls fail, as on an older or stricter kernel. For tests.
//
//     hide_syscalls NAME=ERRNO[,NAME=ERRNO...] -- command [argument...]
//     hide_syscalls eventfd2=ENOSYS,socketpair=EPERM -- ./event_test
//
// The command and everything it starts see the errno instead of the call. Exit status: the
// command's own; 2 when nothing was run (bad arguments, or the kernel refused the filter); 127 when
// exec failed. Unless it is started by root the filter needs "no new privileges", so set-user-id
// programs below it gain none.

#define _GNU_SOURCE

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
static const unsigned native_architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
static const unsigned native_architecture = AUDIT_ARCH_AARCH64;
#else
#error "hide_syscalls knows the system call numbers of x86-64 and aarch64 only"
#endif

// Kernel headers may be older than the call; its number is the same on all architectures.
#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif

// aarch64 was born without the older forms; -1 marks a call that is not there.
#ifdef SYS_eventfd
enum { eventfd_number = SYS_eventfd };
#else
enum { eventfd_number = -1 };
#endif
#ifdef SYS_epoll_create
enum { epoll_create_number = SYS_epoll_create };
#else
enum { epoll_create_number = -1 };
#endif
#ifdef SYS_signalfd
enum { signalfd_number = SYS_signalfd };
#else
enum { signalfd_number = -1 };
#endif

// A name hides a call together with its older form, so that no second try brings it back. pipe2 is
// the exception: pipe stays, because test frameworks and shells need it to talk to their children.
struct HiddenName {
    const char* name;
    int number;
    int older_number;
};

static const struct HiddenName names[] = {
    {"eventfd2", SYS_eventfd2, eventfd_number},
    {"eventfd", SYS_eventfd2, eventfd_number},
    {"socketpair", SYS_socketpair, -1},
    {"pipe2", SYS_pipe2, -1},
    {"epoll_create1", SYS_epoll_create1, epoll_create_number},
    {"epoll_create", SYS_epoll_create1, epoll_create_number},
    {"epoll_pwait2", SYS_epoll_pwait2, -1},
    {"pidfd_open", SYS_pidfd_open, -1},
    {"memfd_create", SYS_memfd_create, -1},
    {"signalfd4", SYS_signalfd4, signalfd_number},
    {"timerfd_create", SYS_timerfd_create, -1},
};

enum {
    name_count = sizeof names / sizeof names[0],
    errno_max = 4095,
    // Eight instructions of frame, and two for each of the two numbers of each name.
    filter_length_max = 8 + 4 * name_count,
    exit_nothing_was_run = 2,
    exit_exec_failed = 127
};

struct Filter {
    struct sock_filter instructions[filter_length_max];
    unsigned short length;
    int hidden_numbers[name_count];
    int hidden_count;
};

__attribute__((noreturn, format(printf, 1, 2))) static void refuse(const char* format, ...) {
    va_list arguments;

    fputs("hide_syscalls: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputs("\nusage: hide_syscalls NAME=ERRNO[,NAME=ERRNO...] -- command [argument...]", stderr);
    fputs("\nnames:", stderr);
    for (int i = 0; i < name_count; ++i) {
        fprintf(stderr, " %s", names[i].name);
    }
    fputc('\n', stderr);
    exit(exit_nothing_was_run);
}

static void add(struct Filter* filter, struct sock_filter instruction) {
    filter->instructions[filter->length++] = instruction;
}

static void add_load(struct Filter* filter, size_t offset) {
    add(filter, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offset));
}

static void add_return(struct Filter* filter, unsigned verdict) {
    add(filter, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, verdict));
}

static void add_hidden_call(struct Filter* filter, int number, int error) {
    if (number < 0) {
        return;
    }
    add(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1));
    add_return(filter, SECCOMP_RET_ERRNO | (unsigned)error);
}

// Numbers mean other calls in another architecture's mode: a program that switches would walk past
// the filter unseen, so it is stopped at once.
static void begin(struct Filter* filter) {
    add_load(filter, offsetof(struct seccomp_data, arch));
    add(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, native_architecture, 1, 0));
    add_return(filter, SECCOMP_RET_KILL_PROCESS);
    add_load(filter, offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
    const unsigned first_x32_number = 0x40000000U;
    add(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, first_x32_number, 0, 1));
    add_return(filter, SECCOMP_RET_ERRNO | ENOSYS);
#endif
}

static const struct HiddenName* find_name(const char* text) {
    for (int i = 0; i < name_count; ++i) {
        if (strcmp(names[i].name, text) == 0) {
            return &names[i];
        }
    }
    refuse("'%s' is not a system call that can be hidden", text);
}

static int find_errno(const char* text) {
    for (int error = 1; error <= errno_max; ++error) {
        const char* const name = strerrorname_np(error);
        if (name != NULL && strcmp(name, text) == 0) {
            return error;
        }
    }
    refuse("'%s' is not the name of an errno; try ENOSYS, EPERM or EINVAL", text);
}

static void remember(struct Filter* filter, const struct HiddenName* name) {
    for (int i = 0; i < filter->hidden_count; ++i) {
        if (filter->hidden_numbers[i] == name->number) {
            refuse("'%s' is hidden twice", name->name);
        }
    }
    filter->hidden_numbers[filter->hidden_count++] = name->number;
}

static void hide(struct Filter* filter, char* rule) {
    char* const equals = strchr(rule, '=');
    if (equals == NULL) {
        refuse("'%s' has no errno; write NAME=ERRNO", rule);
    }
    *equals = '\0';
    const struct HiddenName* const name = find_name(rule);
    const int error = find_errno(equals + 1);
    remember(filter, name);
    add_hidden_call(filter, name->number, error);
    add_hidden_call(filter, name->older_number, error);
}

static void install(const struct Filter* filter) {
    struct Filter copy = *filter;
    struct sock_fprog program = {copy.length, copy.instructions};

    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0) {
        return;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        refuse("the kernel refused 'no new privileges': %s", strerror(errno));
    }
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        refuse("the kernel refused the filter: %s", strerror(errno));
    }
}

int main(int argc, char** argv) {
    struct Filter filter = {.length = 0};

    if (argc < 2) {
        refuse("nothing to hide was named");
    }
    if (argc < 3 || strcmp(argv[2], "--") != 0) {
        refuse("'--' must follow the list of names");
    }
    if (argc < 4) {
        refuse("no command follows '--'");
    }

    begin(&filter);
    for (char* rest = argv[1]; rest != NULL;) {
        hide(&filter, strsep(&rest, ","));
    }
    add_return(&filter, SECCOMP_RET_ALLOW);
    install(&filter);

    execvp(argv[3], argv + 3);
    fprintf(stderr, "hide_syscalls: cannot run '%s': %s\n", argv[3], strerror(errno));
    return exit_exec_failed;
}
