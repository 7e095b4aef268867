// Has the kernel refuse calls of the calling thread, which it cannot take back: what the library
// meets on old kernels, in containers, and where memory is short. For tests/ivykis.
#ifndef TESTS_IVYKIS_REFUSE_H
#define TESTS_IVYKIS_REFUSE_H

#include "objects.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static inline void install_filter(struct sock_filter* filter, size_t size) {
    struct sock_fprog program = {.len = (unsigned short)size, .filter = filter};

    SAME(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    SAME(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

// From now on the call `number` fails with `error`.
static inline void refuse(long number, int error) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};

    install_filter(filter, sizeof filter / sizeof filter[0]);
}

// There is no eventfd() from now on, neither the old nor the new call.
static inline void refuse_eventfd(int error) {
    refuse(SYS_eventfd2, error);
#ifdef SYS_eventfd
    refuse(SYS_eventfd, error);
#endif
}

// As refuse(), where argument `index`, counted from 0, is `value`.
static inline void refuse_if(long number, unsigned index, unsigned value, int error) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 3),
        // The lower half comes first on the machines that this runs on.
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                 (unsigned)offsetof(struct seccomp_data, args) + index * 8),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};

    install_filter(filter, sizeof filter / sizeof filter[0]);
}

#endif
