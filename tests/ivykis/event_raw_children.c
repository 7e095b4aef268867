// Promises of iv_event_raw: posts from child processes, however they were made. For tests/ivykis.
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
