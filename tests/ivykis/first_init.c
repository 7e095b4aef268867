// Promises of the first iv_init() of a process: what it changes for all of it. For tests/ivykis.
#include "objects.h"

#include <sys/resource.h>

static void catch_it(int number) {
    (void)number;
}

static sighandler_t disposition(int number) {
    struct sigaction action;

    SAME(sigaction(number, NULL, &action), 0);
    return action.sa_handler;
}

PROMISE(the_first_iv_init_ignores_sigpipe_and_sigurg) {
    int pipe[2];

    signal(SIGPIPE, SIG_DFL);
    signal(SIGURG, SIG_DFL);
    iv_init();
    KEEP(disposition(SIGPIPE) == SIG_IGN);
    KEEP(disposition(SIGURG) == SIG_IGN);
    open_pipe(pipe, 0);
    close(pipe[0]);
    SAME(write(pipe[1], "x", 1), -1);
    SAME(errno, EPIPE);
    iv_deinit();
    KEEP(disposition(SIGPIPE) == SIG_IGN);
}

static void* init_and_deinit(void* unused) {
    iv_init();
    iv_deinit();
    return unused;
}

PROMISE(a_later_iv_init_leaves_signals_alone) {
    iv_init();
    signal(SIGPIPE, catch_it);
    signal(SIGURG, SIG_DFL);
    in_a_thread(init_and_deinit, NULL);
    iv_deinit();
    init_and_deinit(NULL);
    KEEP(disposition(SIGPIPE) == catch_it);
    KEEP(disposition(SIGURG) == SIG_DFL);
}

// L6: the stock library sets both to be ignored, whatever they were.
BETTER(the_first_iv_init_leaves_handlers_of_sigpipe_and_sigurg_alone) {
    signal(SIGPIPE, catch_it);
    signal(SIGURG, catch_it);
    iv_init();
    KEEP(disposition(SIGPIPE) == catch_it);
    KEEP(disposition(SIGURG) == catch_it);
    iv_deinit();
}

static long long soft(void) {
    struct rlimit limit;

    SAME(getrlimit(RLIMIT_NOFILE, &limit), 0);
    return (long long)limit.rlim_cur;
}

static long long hard(void) {
    struct rlimit limit;

    SAME(getrlimit(RLIMIT_NOFILE, &limit), 0);
    return (long long)limit.rlim_max;
}

static void set_limits(long long new_soft, long long new_hard) {
    struct rlimit limit = {.rlim_cur = (rlim_t)new_soft, .rlim_max = (rlim_t)new_hard};

    SAME(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

// The effective user becomes one without privileges.
static void become_nobody(void) {
    if (geteuid() == 0) {
        SAME(setuid(65534), 0);
    }
}

PROMISE(the_first_iv_init_raises_the_soft_limit_of_descriptors) {
    set_limits(256, 4096);
    iv_init();
    // A process with the privilege to do so may get even more.
    KEEP(soft() >= 4096);
    iv_deinit();
}

PROMISE(the_first_iv_init_of_other_users_raises_the_soft_limit_to_the_hard_one) {
    become_nobody();
    set_limits(256, 4000);
    iv_init();
    SAME(soft(), 4000);
    SAME(hard(), 4000);
    iv_deinit();
}

PROMISE(a_later_iv_init_leaves_limits_alone) {
    iv_init();
    set_limits(256, hard());
    in_a_thread(init_and_deinit, NULL);
    iv_deinit();
    init_and_deinit(NULL);
    SAME(soft(), 256);
}

PROMISE(a_soft_limit_that_is_as_high_as_the_hard_one_stays_for_other_users) {
    become_nobody();
    set_limits(3000, 3000);
    iv_init();
    SAME(soft(), 3000);
    SAME(hard(), 3000);
    iv_deinit();
}

PROMISE(the_first_iv_init_never_lowers_the_soft_limit) {
    set_limits(2900, 3000);
    iv_init();
    KEEP(soft() >= 2900);
    iv_deinit();
}

// L6: the stock library, run by root without CAP_SYS_RESOURCE, halves 131072 until it may set both
// limits to that: 3000 becomes 2048.
BETTER(iv_init_never_lowers_the_hard_limit) {
    set_limits(256, 3000);
    iv_init();
    KEEP(soft() >= 256);
    KEEP(hard() >= 3000);
    iv_deinit();
}

// L6: the stock library lowers a soft limit above 131072 for other users. Where none may be that
// high, this shows only that what there is stays.
BETTER(iv_init_never_lowers_a_high_soft_limit_of_other_users) {
    long long highest = hard(), high = highest > 200000 ? 200000 : highest - 1;

    set_limits(high, highest);
    become_nobody();
    iv_init();
    KEEP(soft() >= high);
    SAME(hard(), highest);
    iv_deinit();
}
