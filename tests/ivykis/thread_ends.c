// Promises about threads that end in the middle of things: out of a callback, after their creator,
// or without descriptors. For tests/ivykis.
#include "promise.h"

#include "loop_time.h"
#include "threads.h"

#include <iv_event.h>
#include <iv_event_raw.h>
#include <iv_thread.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/prctl.h>

static void note_cleanup(void* count) {
    ++*(int*)count;
}

static void exit_thread(void* ignored) {
    pthread_exit(ignored);
}

static void cancel_itself(void* ignored) {
    (void)ignored;
    pthread_cancel(pthread_self());
    pthread_testcancel();
}

static void (*way_to_end)(void* ignored);

static void expect_task(void) {
    static struct iv_task task;

    IV_TASK_INIT(&task);
    task.handler = way_to_end;
    iv_task_register(&task);
}

static void expect_timer(void) {
    static struct iv_timer timer;

    start_timer(&timer, 1, way_to_end, NULL);
}

static void expect_descriptor(void) {
    static struct iv_fd watch;
    static int ends[2];

    SAME(pipe(ends), 0);
    IV_FD_INIT(&watch);
    watch.fd = ends[0];
    watch.handler_in = way_to_end;
    iv_fd_register(&watch);
    SAME(write(ends[1], "x", 1), 1);
}

static void expect_event(void) {
    static struct iv_event event;

    event.handler = way_to_end;
    SAME(iv_event_register(&event), 0);
    iv_event_post(&event);
}

static void expect_raw_event(void) {
    static struct iv_event_raw event;

    event.handler = way_to_end;
    SAME(iv_event_raw_register(&event), 0);
    iv_event_raw_post(&event);
}

static void (*const kinds[])(void) = {expect_task, expect_timer, expect_descriptor, expect_event,
                                      expect_raw_event};
enum { kinds_count = sizeof kinds / sizeof *kinds };

static int cleanups;

static void end_in_a_callback(void* kind) {
    iv_init();
    (*(void (*const*)(void))kind)();
    pthread_cleanup_push(note_cleanup, &cleanups);
    iv_main();
    pthread_cleanup_pop(0);
    promise_broken(__FILE__, __LINE__, "the callback ends the thread");
}

static void all_kinds_end_threads(void (*way)(void* ignored)) {
    way_to_end = way;
    iv_init();
    for (int index = 0; index < kinds_count; index++) {
        union {
            void (*const* kind)(void);
            void* argument;
        } it = {.kind = &kinds[index]};

        SAME(iv_thread_create("thread", end_in_a_callback, it.argument), 0);
        iv_main();
        SAME(cleanups, index + 1);
    }
    wait_for_threads(1);
    iv_deinit();
}

// Both unwind the stack: through the callback's caller and the loop, to what the thread pushed.
PROMISE(pthread_exit_in_a_callback_ends_the_thread_and_cleans_up) {
    all_kinds_end_threads(exit_thread);
}

PROMISE(a_cancellation_in_a_callback_ends_the_thread_and_cleans_up) {
    all_kinds_end_threads(cancel_itself);
}

static pthread_t waiting_thread;
static atomic_int waits;

static void note_that_it_waits(void* ignored) {
    (void)ignored;
    waiting_thread = pthread_self();
    waits = 1;
}

static void wait_for_an_hour(void* ignored) {
    static struct iv_task task;
    static struct iv_timer timer;

    (void)ignored;
    iv_init();
    start_timer(&timer, 3600000, note_that_it_waits, NULL);
    IV_TASK_INIT(&task);
    task.handler = note_that_it_waits;
    iv_task_register(&task);
    pthread_cleanup_push(note_cleanup, &cleanups);
    iv_main();
    pthread_cleanup_pop(0);
    promise_broken(__FILE__, __LINE__, "the wait is a cancellation point");
}

PROMISE(a_loop_that_waits_can_be_cancelled) {
    iv_init();
    SAME(iv_thread_create("thread", wait_for_an_hour, NULL), 0);
    while (!waits) {
        sched_yield();
    }
    pthread_cancel(waiting_thread);
    iv_main();
    SAME(cleanups, 1);
    iv_deinit();
}

static int gate[2];

static void wait_at_gate(void* ignored) {
    char byte;

    (void)ignored;
    SAME(read(gate[0], &byte, 1), 1);
}

// What is freed is overwritten, so that reading it afterwards cannot go well.
static void create_and_deinit(int threads) {
    mallopt(M_PERTURB, 0xA5);
    SAME(pipe(gate), 0);
    iv_init();
    for (int index = 0; index < threads; index++) {
        SAME(iv_thread_create("thread", wait_at_gate, NULL), 0);
    }
    iv_deinit();
}

// B5: in stock the thread's end writes into what was freed, and aborts.
BETTER(a_creator_may_deinit_before_its_threads_end) {
    create_and_deinit(3);
    SAME(write(gate[1], "abc", 3), 3);
    wait_for_threads(1);
}

// B5: nor does it disturb what its creator does next.
BETTER(a_thread_of_an_earlier_loop_does_not_hold_or_disturb_a_later_one) {
    create_and_deinit(2);
    iv_init();
    SAME(iv_thread_create("later", wait_at_gate, NULL), 0);
    SAME(write(gate[1], "ab", 2), 2);
    wait_for_threads(2);
    SAME(write(gate[1], "x", 1), 1);
    iv_main();
    wait_for_threads(1);
    iv_deinit();
}

static atomic_int ran;

static void note_run(void* ignored) {
    (void)ignored;
    ran = 1;
}

// B8: stock aborts where it is the first in the process to need an event. Ours may refuse, but then
// nothing holds the loop.
BETTER(a_thread_created_without_a_free_descriptor_runs_or_is_refused) {
    int result;

    iv_init();
    promise_few_descriptors(0);
    result = iv_thread_create("thread", note_run, NULL);
    KEEP(result == 0 || result == -1);
    iv_main();
    SAME(ran, result == 0);
    promise_many_descriptors();
    iv_deinit();
}

static void refuse_epoll_additions(void) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_epoll_ctl, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, EPOLL_CTL_ADD, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSPC),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};

    SAME(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    SAME(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

// A thread whose loop can watch nothing more, as when the user has as many watches as he may.
static void* fail_to_have_events(void* ignored) {
    struct iv_event event;

    iv_init();
    refuse_epoll_additions();
    FILL(event);
    IV_EVENT_INIT(&event);
    event.cookie = NULL;
    event.handler = note_run;
    if (iv_event_register(&event) == 0) {
        iv_event_unregister(&event);
    }
    iv_deinit();
    return ignored;
}

static void* post(void* event) {
    iv_event_post(event);
    return NULL;
}

static int calls;

static void count_and_quit(void* ignored) {
    (void)ignored;
    calls++;
    iv_quit();
}

// B9: in stock the failure changes the way of waking for the whole process: posts to threads that
// run the old way write into descriptor 0, and their next unregistering aborts.
BETTER(a_thread_that_cannot_have_events_leaves_those_of_others_alone) {
    struct iv_event event;
    pthread_t thread;

    iv_init();
    FILL(event);
    IV_EVENT_INIT(&event);
    event.cookie = NULL;
    event.handler = count_and_quit;
    SAME(iv_event_register(&event), 0);
    SAME(pthread_create(&thread, NULL, fail_to_have_events, NULL), 0);
    pthread_join(thread, NULL);
    SAME(pthread_create(&thread, NULL, post, &event), 0);
    iv_main();
    pthread_join(thread, NULL);
    SAME(calls, 1);
    iv_event_unregister(&event);
    iv_main();
    iv_deinit();
}
