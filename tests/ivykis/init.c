// Promises of iv_init() and iv_deinit(): one loop per thread, and what is left behind. For
// tests/ivykis.
#include "objects.h"

#include <iv_tls.h>
#include <sys/resource.h>

static void* init_is_of_another_thread(void* unused) {
    SAME(iv_inited(), 0);
    iv_init();
    SAME(iv_inited() != 0, 1);
    iv_deinit();
    SAME(iv_inited(), 0);
    return unused;
}

PROMISE(nothing_is_initialised_before_iv_init) {
    struct iv_fd fd;
    struct iv_task task;
    struct iv_timer timer;

    SAME(iv_inited(), 0);
    KEEP(iv_poll_method_name() == NULL);
    FILL(fd);
    FILL(task);
    FILL(timer);
    IV_FD_INIT(&fd);
    IV_TASK_INIT(&task);
    IV_TIMER_INIT(&timer);
    SAME(iv_fd_registered(&fd), 0);
    SAME(iv_task_registered(&task), 0);
    SAME(iv_timer_registered(&timer), 0);
    iv_init();
    SAME(iv_inited() != 0, 1);
    // What was initialised before is as good as what is initialised now.
    task.cookie = "task ";
    task.handler = mark;
    iv_task_register(&task);
    iv_main();
    TRACE("task ");
    iv_deinit();
}

PROMISE(iv_inited_answers_for_the_calling_thread_alone) {
    in_a_thread(init_is_of_another_thread, NULL);
    iv_init();
    in_a_thread(init_is_of_another_thread, NULL);
    SAME(iv_inited() != 0, 1);
    iv_deinit();
    in_a_thread(init_is_of_another_thread, NULL);
    SAME(iv_inited(), 0);
}

static void* run_a_task(void* count) {
    struct iv_task task;

    iv_init();
    // The task that waits in the other thread is not run by this loop.
    iv_main();
    TRACE("");
    start_task(&task, mark, count);
    iv_main();
    TRACE("ours ");
    iv_deinit();
    return NULL;
}

PROMISE(each_thread_has_a_loop_of_its_own) {
    struct iv_task task;

    iv_init();
    start_task(&task, mark, "theirs ");
    in_a_thread(run_a_task, "ours ");
    iv_main();
    TRACE("theirs ");
    iv_deinit();
}

static pthread_barrier_t all_are_ready;

static void count_up(void* count) {
    ++*(int*)count;
}

static void* init_and_run_often(void* unused) {
    int ran = 0;

    pthread_barrier_wait(&all_are_ready);
    for (int turn = 1; turn <= 50; turn++) {
        struct iv_task task;
        struct iv_event event;

        iv_init();
        start_task(&task, count_up, &ran);
        start_event(&event, quit, NULL);
        iv_event_post(&event);
        iv_main();
        SAME(ran, turn);
        iv_event_unregister(&event);
        iv_deinit();
    }
    return unused;
}

PROMISE(later_threads_may_call_iv_init_at_the_same_time) {
    pthread_t threads[8];
    int before;

    iv_init();
    before = promise_open_descriptors();
    pthread_barrier_init(&all_are_ready, NULL, 8);
    for (int index = 0; index < 8; index++) {
        SAME(pthread_create(&threads[index], NULL, init_and_run_often, NULL), 0);
    }
    for (int index = 0; index < 8; index++) {
        SAME(pthread_join(threads[index], NULL), 0);
    }
    SAME(promise_open_descriptors(), before);
    iv_deinit();
}

static void* method_is(void* name) {
    iv_init();
    KEEP(strcmp(iv_poll_method_name(), (const char*)name) == 0);
    iv_deinit();
    return NULL;
}

PROMISE(the_poll_method_of_the_first_iv_init_is_that_of_all) {
    char name[32];

    iv_init();
    snprintf(name, sizeof name, "%s", iv_poll_method_name());
    setenv("IV_EXCLUDE_POLL_METHOD", name, 1);
    in_a_thread(method_is, name);
    iv_deinit();
    method_is(name);
    in_a_thread(method_is, name);
}

PROMISE(iv_init_works_again_after_iv_deinit) {
    int before = promise_open_descriptors();

    for (int turn = 0; turn < 20; turn++) {
        struct iv_timer timer;

        iv_init();
        SAME(iv_inited() != 0, 1);
        start_timer(&timer, 0, mark, "timer ");
        iv_main();
        TRACE("timer ");
        iv_deinit();
        SAME(iv_inited(), 0);
        SAME(promise_open_descriptors(), before);
    }
}

// The number of descriptors that a program started by exec() would inherit.
static int inherited(void) {
    int count = 0;

    for (int number = 0; number < 256; number++) {
        int flags = fcntl(number, F_GETFD);

        count += flags >= 0 && (flags & FD_CLOEXEC) == 0;
    }
    return count;
}

PROMISE(a_loop_has_few_descriptors_and_hands_none_on) {
    int before = promise_open_descriptors(), handed_on = inherited();

    iv_init();
    KEEP(promise_open_descriptors() <= before + descriptors_of_a_channel() + by_epoll());
    SAME(inherited(), handed_on);
    iv_deinit();
    SAME(promise_open_descriptors(), before);
}

static void* end_by_return(void* unused) {
    iv_init();
    return unused;
}

static void end_thread(void* unused) {
    pthread_exit(unused);
}

// The objects of the two threads below are static, as the address sanitizer does not see that the
// end of a thread amid its functions gives their stack back.
static void* end_by_exit_in_a_handler(void* unused) {
    static struct iv_task task;

    iv_init();
    start_task(&task, end_thread, NULL);
    iv_main();
    promise_broken(__FILE__, __LINE__, "pthread_exit() ends the thread");
    return unused;
}

static void* end_by_cancellation(void* unused) {
    static struct iv_timer timer;

    iv_init();
    start_timer(&timer, 3600 * 1000 * ms, never, NULL);
    SAME(pthread_cancel(pthread_self()), 0);
    iv_main();
    promise_broken(__FILE__, __LINE__, "the wait is a cancellation point");
    return unused;
}

PROMISE(a_thread_that_ends_without_iv_deinit_leaves_no_descriptor) {
    int before;

    iv_init();
    before = promise_open_descriptors();
    in_a_thread(end_by_return, NULL);
    SAME(promise_open_descriptors(), before);
    in_a_thread(end_by_exit_in_a_handler, NULL);
    SAME(promise_open_descriptors(), before);
#ifndef __SANITIZE_ADDRESS__  // which takes the stack of a cancelled thread for still in use
    in_a_thread(end_by_cancellation, NULL);
    SAME(promise_open_descriptors(), before);
#else
    (void)end_by_cancellation;
#endif
    iv_deinit();
}

static int register_and_deinit(void) {
    static struct iv_fd fd;
    static struct iv_timer timer, due;
    static struct iv_task task;
    static struct iv_event event;
    static int pipe[2];
    int before;

    open_pipe(pipe, 1);
    before = promise_open_descriptors();
    iv_init();
    start_reader(&fd, pipe[0], never, NULL);
    start_timer(&timer, 3600 * 1000 * ms, never, NULL);
    start_timer(&due, 0, never, NULL);
    start_task(&task, never, NULL);
    start_event(&event, never, NULL);
    iv_event_post(&event);
    iv_deinit();
    SAME(iv_inited(), 0);
    return promise_open_descriptors() - before;
}

PROMISE(iv_deinit_is_allowed_while_objects_are_registered) {
    for (int turn = 0; turn < 3; turn++) {
        register_and_deinit();
        // Nothing of that loop is left in the next.
        iv_init();
        iv_main();
        iv_deinit();
    }
}

// The stock library keeps the descriptor that wakes the loop for its events, under poll and ppoll
// one each time (2.1: iv_deinit() closes).
BETTER(iv_deinit_closes_what_events_left_registered_need) {
    for (int turn = 0; turn < 3; turn++) {
        SAME(register_and_deinit(), 0);
    }
}

static void note_init(void* area) {
    SAME(iv_inited() != 0, 1);
    *(int*)area = 7;
    mark("init1 ");
}

static struct iv_event event_of_hook;
static struct iv_timer timer_of_hook;
static struct iv_fd fd_of_hook;

// The loop is still whole here: other libraries take their objects back in these hooks.
static void note_deinit(void* area) {
    SAME(*(int*)area, 7);
    SAME(iv_inited() != 0, 1);
    iv_event_unregister(&event_of_hook);
    iv_timer_unregister(&timer_of_hook);
    iv_fd_unregister(&fd_of_hook);
    mark("deinit1 ");
}

static void note_init_second(void* area) {
    (void)area;
    mark("init2 ");
}

static void note_deinit_second(void* area) {
    (void)area;
    mark("deinit2 ");
}

PROMISE(iv_deinit_runs_hooks_in_their_order_before_it_takes_the_loop_apart) {
    static struct iv_tls_user first = {.sizeof_state = sizeof(int)};
    static struct iv_tls_user second = {.sizeof_state = sizeof(int)};
    int pipe[2];

    first.init_thread = note_init;
    first.deinit_thread = note_deinit;
    second.init_thread = note_init_second;
    second.deinit_thread = note_deinit_second;
    iv_tls_user_register(&first);
    iv_tls_user_register(&second);
    iv_init();
    TRACE("init1 init2 ");
    open_pipe(pipe, 0);
    start_event(&event_of_hook, never, NULL);
    start_timer(&timer_of_hook, 3600 * 1000 * ms, never, NULL);
    start_reader(&fd_of_hook, pipe[0], never, NULL);
    iv_deinit();
    TRACE("deinit1 deinit2 ");
    SAME(iv_inited(), 0);
}

// The stock library leaks the first loop with its descriptor (2.1, "no guards").
BETTER(a_second_iv_init_in_a_thread_leaks_nothing) {
    int before = promise_open_descriptors(), with_one;
    struct iv_task task;

    iv_init();
    with_one = promise_open_descriptors();
    iv_init();
    SAME(promise_open_descriptors(), with_one);
    start_task(&task, mark, "task ");
    iv_main();
    TRACE("task ");
    iv_deinit();
    SAME(iv_inited(), 0);
    SAME(promise_open_descriptors(), before);
}

static void (*call)(void);

static void say_it(const char* text) {
    fprintf(stderr, "fatal: %s\n", text);
}

static void call_without_iv_init(void) {
    iv_set_fatal_msg_handler(say_it);
    call();
}

static void call_iv_fd_register(void) {
    struct iv_fd fd;

    start_reader(&fd, STDOUT_FILENO, never, NULL);
}

static void call_iv_task_register(void) {
    struct iv_task task;

    start_task(&task, never, NULL);
}

static void call_iv_timer_register(void) {
    struct iv_timer timer;

    start_timer_at(&timer, (struct timespec){0, 0}, never, NULL);
}

// The stock library reads from address 0 and is ended by SIGSEGV (2.1, "no guards").
BETTER(a_call_without_iv_init_aborts_and_says_why) {
    void (*const calls[])(void) = {iv_main,
                                   iv_quit,
                                   iv_deinit,
                                   call_iv_fd_register,
                                   call_iv_task_register,
                                   call_iv_timer_register};

    for (size_t index = 0; index < sizeof calls / sizeof calls[0]; index++) {
        char text[512];
        int status;

        call = calls[index];
        status = promise_status_of(call_without_iv_init, text, sizeof text);
        KEEP(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
        KEEP(strncmp(text, "fatal: ", 7) == 0);
    }
}
