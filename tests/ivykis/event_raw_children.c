// Promises of iv_event_raw: posts from child processes, however they were made, and posts to a loop
// that is gone. For tests/ivykis.
#include "objects.h"

#include <sys/syscall.h>

static struct iv_event_raw raw;

// The loop gets what the child has posted, and the child ends well.
static void post_arrives_from(pid_t child) {
    int status;

    iv_main();
    TRACE("raw ");
    SAME(waitpid(child, &status, 0), child);
    SAME(status, 0);
    iv_deinit();
}

static void post_in_a_child(long (*make_child)(void)) {
    long child;

    iv_init();
    start_raw(&raw, mark_and_quit, "raw ");
    child = make_child();
    if (child == 0) {
        iv_event_raw_post(&raw);
        _exit(0);
    }
    post_arrives_from((pid_t)child);
}

static long by_fork(void) {
    return fork();
}

PROMISE(a_forked_child_may_post_to_its_parent) {
    post_in_a_child(by_fork);
}

static long by_clone(void) {
    return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

// clone() without the handlers of pthread_atfork(), as _Fork() and sandboxes do.
PROMISE(a_child_of_the_bare_system_call_may_post_to_its_parent) {
    post_in_a_child(by_clone);
}

// The child has the memory of its parent, which stands still meanwhile.
PROMISE(a_child_of_vfork_may_post_to_its_parent) {
    pid_t child;

    iv_init();
    start_raw(&raw, mark_and_quit, "raw ");
    child = vfork();
    if (child == 0) {
        iv_event_raw_post(&raw);
        _exit(0);
    }
    post_arrives_from(child);
}

static long by_fork_and_go_on(void) {
    pid_t child = fork();

    if (child == 0) {
        iv_invalidate_now();
        iv_validate_now();
        start_timer(&(struct iv_timer){0}, 0, quit, NULL);
        iv_main();
    }
    return child;
}

// Whatever the child has done with the loop that it has inherited.
PROMISE(a_child_that_has_run_the_loop_may_post_to_its_parent) {
    post_in_a_child(by_fork_and_go_on);
}

static void* drop_loop(void* unused) {
    iv_init();
    start_raw(&raw, never, NULL);
    iv_deinit();
    return unused;
}

static void post_signal(int number) {
    (void)number;
    iv_event_raw_post(&raw);
}

// As a signal handler does that a program has left in place.
PROMISE(a_raw_event_may_be_posted_when_its_loop_is_gone) {
    drop_loop(NULL);
    iv_event_raw_post(&raw);
    signal(SIGUSR1, post_signal);
    raise(SIGUSR1);
    in_a_thread(drop_loop, NULL);
    raise(SIGUSR1);
    iv_init();
    iv_event_raw_post(&raw);
    one_turn();
    iv_deinit();
}
