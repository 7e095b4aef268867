// A promise of a child that begins, forked while another thread does. For tests/ivykis; not for
// sanitizers, see CMakeLists.txt.
#include "promise.h"

#include <iv.h>
#include <iv_tls.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

static atomic_int finished;

static void begin_and_end(void) {
    iv_init();
    iv_deinit();
}

static void* begin_often(void* unused) {
    while (!finished) {
        begin_and_end();
    }
    return unused;
}

static void begin_in_a_child(void) {
    int status;
    pid_t child = fork();

    if (child == 0) {
        alarm(10);
        begin_and_end();
        _exit(0);
    }
    SAME(waitpid(child, &status, 0), child);
    SAME(status, 0);
}

// What the thread is in the middle of at the fork is never finished in the child. With many users
// of thread-local memory it is among those: a lock around them was locked for ever in the child.
PROMISE(a_child_forked_while_another_thread_begins_can_begin_too) {
    static struct iv_tls_user users[500];
    pthread_t thread;

    for (size_t index = 0; index < 500; index++) {
        users[index].sizeof_state = 1;
        iv_tls_user_register(&users[index]);
    }
    begin_and_end();
    SAME(pthread_create(&thread, NULL, begin_often, NULL), 0);
    for (int times = 0; times < 500; times++) {
        begin_in_a_child();
    }
    finished = 1;
    SAME(pthread_join(thread, NULL), 0);
}
