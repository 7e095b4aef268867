// Promises of iv_event_raw: posts from child processes, however they were made. For tests/ivykis.
#include "objects.h"

#include <sys/syscall.h>

static struct iv_event_raw raw;

PROMISE(a_forked_child_may_post_to_its_parent) {
    int status;
    pid_t child;

    iv_init();
    start_raw(&raw, mark_and_quit, "raw ");
    child = fork();
    if (child == 0) {
        iv_event_raw_post(&raw);
        _exit(0);
    }
    iv_main();
    TRACE("raw ");
    SAME(waitpid(child, &status, 0), child);
    SAME(status, 0);
    iv_deinit();
}

// clone() without the handlers of pthread_atfork(), as _Fork() and sandboxes do.
PROMISE(a_child_of_the_bare_system_call_may_post_to_its_parent) {
    int status;
    long child;

    iv_init();
    start_raw(&raw, mark_and_quit, "raw ");
    child = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0) {
        iv_event_raw_post(&raw);
        _exit(0);
    }
    iv_main();
    TRACE("raw ");
    SAME(waitpid((pid_t)child, &status, 0), child);
    SAME(status, 0);
    iv_deinit();
}

// The child has the memory of its parent, which stands still meanwhile.
PROMISE(a_child_of_vfork_may_post_to_its_parent) {
    int status;
    pid_t child;

    iv_init();
    start_raw(&raw, mark_and_quit, "raw ");
    child = vfork();
    if (child == 0) {
        iv_event_raw_post(&raw);
        _exit(0);
    }
    iv_main();
    TRACE("raw ");
    SAME(waitpid(child, &status, 0), child);
    SAME(status, 0);
    iv_deinit();
}
