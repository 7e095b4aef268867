// Promises of iv_signal about what it does to the process: dispositions, errno, descriptors, forked
// children, and what it refuses. For tests/ivykis.
#include "promise.h"

#include "loop_time.h"

#include <iv_signal.h>

static int calls;

static void count(void* cookie) {
    (void)cookie;
    calls++;
}

static void count_and_quit(void* cookie) {
    count(cookie);
    iv_quit();
}

static void prepare(struct iv_signal* interest, int signum, void (*handler)(void*)) {
    FILL(*interest);
    IV_SIGNAL_INIT(interest);
    interest->signum = signum;
    interest->flags = 0;
    interest->cookie = NULL;
    interest->handler = handler;
}

static void start(struct iv_signal* interest, int signum, void (*handler)(void*)) {
    prepare(interest, signum, handler);
    SAME(iv_signal_register(interest), 0);
}

static struct sigaction disposition_of(int signum) {
    struct sigaction found;

    sigaction(signum, NULL, &found);
    return found;
}

static volatile sig_atomic_t caught;

static void catch (int signum) {
    caught = signum;
}

PROMISE(a_signal_number_out_of_range_is_refused) {
    static const int wrong[] = {-1, -1000, 65, 1000};
    struct iv_signal interest;

    iv_init();
    for (size_t index = 0; index < sizeof wrong / sizeof *wrong; index++) {
        prepare(&interest, wrong[index], count);
        SAME(iv_signal_register(&interest), -1);
    }
    iv_main();  // nothing holds it
    iv_deinit();
}

static int signum_to_try;

static void register_it(void) {
    struct iv_signal interest;

    iv_init();
    prepare(&interest, signum_to_try, count);
    iv_signal_register(&interest);
}

PROMISE(signals_that_cannot_be_caught_are_fatal) {
    static const int fatal[] = {0, SIGKILL, SIGSTOP};

    for (size_t index = 0; index < sizeof fatal / sizeof *fatal; index++) {
        signum_to_try = fatal[index];
        KEEP(promise_aborts(register_it));
    }
}

PROMISE(interrupted_calls_are_restarted) {
    struct iv_signal interest;
    int ends[2];
    char byte;
    pid_t other;

    iv_init();
    start(&interest, SIGUSR1, count);
    KEEP(disposition_of(SIGUSR1).sa_flags & SA_RESTART);
    SAME(pipe(ends), 0);
    other = fork();
    if (other == 0) {
        // Whether each finds the parent in its read does not matter: many of them will.
        for (int times = 0; times < 1000; times++) {
            kill(getppid(), SIGUSR1);
        }
        _exit(write(ends[1], "x", 1) != 1);
    }
    SAME(read(ends[0], &byte, 1), 1);
    waitpid(other, NULL, 0);
    iv_signal_unregister(&interest);
    iv_deinit();
}

PROMISE(all_signals_are_blocked_while_the_system_handler_runs) {
    struct iv_signal interest;
    struct sigaction found;

    iv_init();
    start(&interest, SIGUSR1, count);
    found = disposition_of(SIGUSR1);
    for (int signum = 1; signum <= 64; signum++) {
        // The C library keeps 32 and 33 for itself; the kernel lets nobody block the other two.
        if (signum != SIGKILL && signum != SIGSTOP && signum != 32 && signum != 33) {
            SAME(sigismember(&found.sa_mask, signum), 1);
        }
    }
    iv_signal_unregister(&interest);
    iv_deinit();
}

PROMISE(a_signal_at_its_default_is_there_again_after_the_last_interest) {
    struct iv_signal one, two;

    iv_init();
    start(&one, SIGUSR1, count_and_quit);
    start(&two, SIGUSR1, count);
    iv_signal_unregister(&two);
    raise(SIGUSR1);
    iv_main();
    SAME(calls, 1);
    iv_signal_unregister(&one);
    KEEP(disposition_of(SIGUSR1).sa_handler == SIG_DFL);
    iv_deinit();
}

// L7: stock sets SIG_DFL, whatever was there.
BETTER(the_handler_from_before_is_back_after_the_last_interest) {
    struct sigaction mine = {.sa_handler = catch, .sa_flags = SA_RESTART};
    struct sigaction found;
    struct iv_signal one, two;

    iv_init();
    sigaddset(&mine.sa_mask, SIGUSR2);
    sigaction(SIGUSR1, &mine, NULL);
    start(&one, SIGUSR1, count_and_quit);
    start(&two, SIGUSR1, count);
    raise(SIGUSR1);
    iv_main();
    SAME(calls, 2);
    SAME(caught, 0);
    iv_signal_unregister(&one);
    iv_signal_unregister(&two);
    found = disposition_of(SIGUSR1);
    KEEP(found.sa_handler == catch);
    SAME(found.sa_flags & SA_RESTART, SA_RESTART);
    SAME(sigismember(&found.sa_mask, SIGUSR2), 1);
    raise(SIGUSR1);
    SAME(caught, SIGUSR1);
    iv_deinit();
}

// L7: stock sets SIG_DFL, so that the next hangup ends a program started by nohup.
BETTER(a_signal_that_was_ignored_is_ignored_again_after_the_last_interest) {
    struct iv_signal interest;

    iv_init();
    signal(SIGHUP, SIG_IGN);
    start(&interest, SIGHUP, count);
    iv_signal_unregister(&interest);
    raise(SIGHUP);
    KEEP(disposition_of(SIGHUP).sa_handler == SIG_IGN);
    iv_deinit();
}

PROMISE(the_interrupted_code_keeps_its_errno) {
    struct iv_signal interest;

    iv_init();
    start(&interest, SIGUSR1, count_and_quit);
    errno = EXDEV;
    raise(SIGUSR1);
    SAME(errno, EXDEV);
    iv_main();
    SAME(calls, 1);
    iv_signal_unregister(&interest);
    iv_deinit();
}

// L7: stock takes the stack of whatever was interrupted, and that may be full or tiny.
BETTER(the_system_handler_runs_on_the_alternate_stack) {
    static unsigned char memory[65536];
    stack_t alternate = {.ss_sp = memory, .ss_size = sizeof memory};
    struct iv_signal interest;
    size_t touched = 0;

    FILL(memory);
    sigaltstack(&alternate, NULL);
    iv_init();
    start(&interest, SIGUSR1, count_and_quit);
    raise(SIGUSR1);
    iv_main();
    SAME(calls, 1);
    for (size_t index = 0; index < sizeof memory; index++) {
        touched += memory[index] != 0xA5;
    }
    KEEP(touched > 0);
    iv_signal_unregister(&interest);
    iv_deinit();
}

// B4: stock answers 0, and then each signal writes 8 bytes into whatever descriptor the memory of
// the interest happens to name, or fails and changes errno.
BETTER(an_interest_registered_without_a_free_descriptor_works) {
    struct iv_signal interest;
    int open_before;

    iv_init();
    promise_few_descriptors(0);  // leaves more open than before
    promise_many_descriptors();
    open_before = promise_open_descriptors();
    promise_few_descriptors(0);
    start(&interest, SIGUSR1, count_and_quit);
    for (int times = 1; times <= 3; times++) {
        errno = EXDEV;
        raise(SIGUSR1);
        SAME(errno, EXDEV);
        iv_main();
        SAME(calls, times);
    }
    iv_signal_unregister(&interest);
    promise_many_descriptors();
    SAME(promise_open_descriptors(), open_before);
    iv_deinit();
}

PROMISE(descriptors_are_given_back) {
    struct iv_signal interests[3];
    int open_before = promise_open_descriptors();

    iv_init();
    for (int index = 0; index < 3; index++) {
        start(&interests[index], SIGUSR1, count);
    }
    for (int index = 0; index < 3; index++) {
        iv_signal_unregister(&interests[index]);
    }
    iv_deinit();
    SAME(promise_open_descriptors(), open_before);
}

// The child may end by the signal (L9) or live on, but the parent must not hear of it.
PROMISE(a_signal_in_a_forked_child_calls_nothing_in_its_parent) {
    struct iv_signal interest;
    pid_t child;

    iv_init();
    start(&interest, SIGUSR1, count);
    child = fork();
    if (child == 0) {
        raise(SIGUSR1);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    run_for(20);
    SAME(calls, 0);
    raise(SIGUSR1);
    run_for(20);
    SAME(calls, 1);
    iv_signal_unregister(&interest);
    iv_deinit();
}

// L9: in stock the handler stays installed in the child and does nothing there: SIGTERM is
// swallowed.
BETTER(sigterm_ends_a_forked_child_although_its_parent_watches_it) {
    struct iv_signal interest;
    int status;
    pid_t child;

    iv_init();
    start(&interest, SIGTERM, count);
    child = fork();
    if (child == 0) {
        raise(SIGTERM);
        _exit(0);
    }
    waitpid(child, &status, 0);
    KEEP(ended_by(status, SIGTERM));
    iv_signal_unregister(&interest);
    iv_deinit();
}

// L9: as above; the child gets what was there before the interest, not the default.
BETTER(a_forked_child_has_the_handler_from_before) {
    struct iv_signal interest;
    int status;
    pid_t child;

    iv_init();
    signal(SIGTERM, catch);
    start(&interest, SIGTERM, count);
    child = fork();
    if (child == 0) {
        raise(SIGTERM);
        _exit(caught == SIGTERM ? 7 : 0);
    }
    waitpid(child, &status, 0);
    KEEP(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    iv_signal_unregister(&interest);
    iv_deinit();
}

static void start_afresh(void) {
    struct iv_signal interest;

    iv_deinit();
    iv_init();
    start(&interest, SIGUSR2, count_and_quit);
    KEEP(disposition_of(SIGUSR1).sa_handler == SIG_DFL);
    calls = 0;
    raise(SIGUSR2);
    iv_main();
    SAME(calls, 1);
    iv_signal_unregister(&interest);
    KEEP(disposition_of(SIGUSR2).sa_handler == SIG_DFL);
    iv_deinit();
}

PROMISE(a_forked_child_that_registers_an_interest_starts_afresh) {
    struct iv_signal interest;

    iv_init();
    start(&interest, SIGUSR1, count);
    SAME(promise_status_of(start_afresh, NULL, 0), 0);
    iv_signal_unregister(&interest);
    iv_deinit();
}

static int only_sigusr2_is_blocked(void) {
    sigset_t mask;
    int blocked = 0;

    sigprocmask(SIG_SETMASK, NULL, &mask);
    for (int signum = 1; signum <= 64; signum++) {
        blocked += sigismember(&mask, signum) == 1;
    }
    return blocked == 1 && sigismember(&mask, SIGUSR2) == 1;
}

// While a fork is under way all signals are blocked; neither side may keep it so.
PROMISE(a_fork_leaves_the_mask_of_blocked_signals_alone) {
    struct iv_signal interest;
    sigset_t mask;
    int status;
    pid_t child;

    iv_init();
    start(&interest, SIGUSR1, count);
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    child = fork();
    if (child == 0) {
        _exit(!only_sigusr2_is_blocked());
    }
    KEEP(only_sigusr2_is_blocked());
    waitpid(child, &status, 0);
    SAME(status, 0);
    iv_signal_unregister(&interest);
    iv_deinit();
}
