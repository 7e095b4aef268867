// Promises of iv_quit(), and of what keeps iv_main() running without it. For tests/ivykis.
#include "objects.h"

#include <iv_inotify.h>
#include <iv_popen.h>
#include <iv_signal.h>
#include <iv_thread.h>
#include <iv_wait.h>
#include <iv_work.h>
#include <sys/time.h>

static struct iv_fd fd;
static struct iv_task task, second_task;
static struct iv_timer timer, second_timer;
static struct iv_event event, second_event;
static struct iv_event_raw raw;

PROMISE(iv_quit_lets_the_due_timers_and_the_tasks_run) {
    iv_init();
    start_event(&event, never, NULL);
    start_timer(&timer, 0, mark_and_quit, "timer1 ");
    start_timer(&second_timer, 1, mark, "timer2 ");
    work_for(ms);
    iv_invalidate_now();
    start_task(&task, mark_and_quit, "task1 ");
    start_task(&second_task, mark, "task2 ");
    iv_main();
    TRACE("timer1 timer2 task1 task2 ");
    iv_deinit();
}

PROMISE(iv_quit_lets_the_ready_descriptors_run) {
    struct iv_fd second_fd;
    int pipe[2];

    iv_init();
    open_pipe(pipe, 1);
    start_reader(&fd, pipe[0], mark_and_quit, "fd1 ");
    start_reader(&second_fd, dup(pipe[0]), mark_and_quit, "fd2 ");
    iv_main();
    TRACE("fd1 fd2 ");
    iv_deinit();
}

PROMISE(iv_quit_lets_the_posted_events_run) {
    iv_init();
    start_event(&event, mark_and_quit, "event1 ");
    start_event(&second_event, mark_and_quit, "event2 ");
    in_a_thread(post_event, &event);
    in_a_thread(post_event, &second_event);
    iv_main();
    TRACE("event1 event2 ");
    iv_deinit();
}

// The stock library under the method epoll asks the kernel for as many reports as it has
// descriptors, and forgets the one for events: a ready descriptor then waits for the next turn.
BETTER(iv_quit_lets_both_posted_events_and_ready_descriptors_run) {
    struct iv_fd second_fd;
    int pipe[2];

    iv_init();
    open_pipe(pipe, 1);
    start_event(&event, mark_and_quit, "event1 ");
    start_event(&second_event, mark_and_quit, "event2 ");
    in_a_thread(post_event, &event);
    in_a_thread(post_event, &second_event);
    start_reader(&fd, pipe[0], mark_and_quit, "fd1 ");
    start_reader(&second_fd, dup(pipe[0]), mark_and_quit, "fd2 ");
    iv_main();
    TRACE("event1 event2 fd1 fd2 ");
    iv_deinit();
}

static void start_task_and_quit(void* cookie) {
    mark(cookie);
    start_task(&task, mark, "task ");
    iv_quit();
}

// What a descriptor's handler starts is run before the loop asks whether it is to end.
PROMISE(iv_quit_lets_the_tasks_of_the_batch_run) {
    int pipe[2];

    iv_init();
    open_pipe(pipe, 1);
    start_reader(&fd, pipe[0], start_task_and_quit, "fd ");
    iv_main();
    TRACE("fd task ");
    iv_deinit();
}

// L12: kept as it is, since programs were written against it.
PROMISE(iv_quit_before_iv_main_is_lost) {
    iv_init();
    iv_quit();
    start_event(&event, never, NULL);
    start_timer(&timer, 5 * ms, mark_and_quit, "timer ");
    iv_main();
    TRACE("timer ");
    iv_deinit();
}

PROMISE(iv_quit_of_the_last_iv_main_does_not_end_the_next) {
    iv_init();
    start_event(&event, never, NULL);
    start_timer(&timer, 5 * ms, mark_and_quit, "timer1 ");
    iv_main();
    TRACE("timer1 ");
    start_timer(&timer, 5 * ms, mark_and_quit, "timer2 ");
    iv_main();
    TRACE("timer2 ");
    iv_deinit();
}

static void* quit_own_loop(void* unused) {
    struct iv_timer own;

    iv_init();
    start_timer(&own, 3600 * 1000 * ms, never, NULL);
    start_task(&second_task, mark_and_quit, "other ");
    iv_main();
    iv_deinit();
    return unused;
}

static void quit_in_a_thread(void* unused) {
    (void)unused;
    in_a_thread(quit_own_loop, NULL);
    start_timer(&timer, ms, mark, "timer ");
}

PROMISE(iv_quit_ends_the_loop_of_its_thread_alone) {
    iv_init();
    start_task(&task, quit_in_a_thread, NULL);
    iv_main();
    TRACE("other timer ");
    iv_deinit();
}

// As syslog-ng does: the cookie is passed to a function that takes none.
PROMISE(iv_quit_itself_serves_as_a_handler) {
    union {
        void (*without)(void);
        void (*with)(void*);
    } handler = {iv_quit};

    iv_init();
    start_event(&event, handler.with, NULL);
    iv_event_post(&event);
    iv_main();
    iv_deinit();
}

PROMISE(iv_main_goes_on_with_what_is_still_registered) {
    int pipe[2];

    iv_init();
    open_pipe(pipe, 1);
    start_reader(&fd, pipe[0], mark_and_quit, "fd ");
    // Late enough for the two that come first, also on a machine that is busy.
    start_timer(&timer, 500 * ms, mark, "timer ");
    iv_main();
    TRACE("fd ");
    SAME(iv_fd_registered(&fd) != 0, 1);
    iv_main();
    TRACE("fd ");
    iv_fd_unregister(&fd);
    iv_main();
    TRACE("timer ");
    iv_deinit();
}

PROMISE(iv_main_without_objects_returns_at_once) {
    int pipe[2];

    iv_init();
    iv_main();
    open_pipe(pipe, 0);
    start_reader(&fd, pipe[0], never, NULL);
    start_timer(&timer, 3600 * 1000 * ms, never, NULL);
    start_task(&task, never, NULL);
    start_event(&event, never, NULL);
    start_event(&second_event, never, NULL);
    start_raw(&raw, never, NULL);
    iv_fd_unregister(&fd);
    iv_timer_unregister(&timer);
    iv_task_unregister(&task);
    iv_event_unregister(&event);
    iv_event_unregister(&second_event);
    iv_event_raw_unregister(&raw);
    iv_main();
    iv_deinit();
}

static void (*begin)(void);

static void say_that_it_runs(int number) {
    (void)number;
    _exit(7);
}

static void begin_and_run(void) {
    struct itimerval once = {{0, 0}, {0, 30000}};

    iv_init();
    begin();
    signal(SIGALRM, say_that_it_runs);
    setitimer(ITIMER_REAL, &once, NULL);
    iv_main();
    _exit(0);
}

// Whether iv_main() keeps running when `body` has registered something that nothing happens to.
static int holds(void (*body)(void)) {
    int status;

    begin = body;
    status = promise_status_of(begin_and_run, NULL, 0);
    KEEP(WIFEXITED(status));
    return WEXITSTATUS(status) == 7;
}

static void hold_by_fd(void) {
    int pipe[2];

    open_pipe(pipe, 0);
    start_reader(&fd, pipe[0], never, NULL);
}

static void hold_by_idle_fd(void) {
    int pipe[2];

    open_pipe(pipe, 1);
    start_reader(&fd, pipe[0], NULL, NULL);
}

static void hold_by_timer(void) {
    start_timer(&timer, 3600 * 1000 * ms, never, NULL);
}

static void register_again(void* unused) {
    start_task(&task, register_again, unused);
}

static void hold_by_task(void) {
    register_again(NULL);
}

static void hold_by_event(void) {
    start_event(&event, never, NULL);
}

static void hold_by_second_event(void) {
    start_event(&event, never, NULL);
    start_event(&second_event, never, NULL);
    iv_event_unregister(&event);
}

static void hold_by_raw(void) {
    start_raw(&raw, never, NULL);
}

PROMISE(each_registered_object_keeps_iv_main_running) {
    KEEP(holds(hold_by_fd));
    KEEP(holds(hold_by_idle_fd));
    KEEP(holds(hold_by_timer));
    KEEP(holds(hold_by_task));
    KEEP(holds(hold_by_event));
    KEEP(holds(hold_by_second_event));
    KEEP(holds(hold_by_raw));
}

static void hold_by_signal(void) {
    static struct iv_signal interest;

    FILL(interest);
    IV_SIGNAL_INIT(&interest);
    interest.signum = SIGUSR1;
    interest.flags = 0;
    interest.handler = never;
    SAME(iv_signal_register(&interest), 0);
}

static void hold_by_inotify(void) {
    static struct iv_inotify inotify;

    IV_INOTIFY_INIT(&inotify);
    SAME(iv_inotify_register(&inotify), 0);
}

static void stay(void* pipe) {
    char byte;

    SAME(read(*(int*)pipe, &byte, 1), 1);
}

static void hold_by_thread(void) {
    static int pipe[2];

    open_pipe(pipe, 0);
    SAME(iv_thread_create("thread", stay, pipe), 0);
}

static void hold_by_work(void* pipe) {
    stay(pipe);
}

static struct iv_work_pool pool;

static void make_pool(void) {
    IV_WORK_POOL_INIT(&pool);
    pool.max_threads = 1;
    SAME(iv_work_pool_create(&pool), 0);
}

static void hold_by_pool(void) {
    make_pool();
}

static void hold_by_undrained_pool(void) {
    static struct iv_work_item item;
    static int pipe[2];

    make_pool();
    open_pipe(pipe, 0);
    IV_WORK_ITEM_INIT(&item);
    item.cookie = pipe;
    item.work = hold_by_work;
    item.completion = never;
    iv_work_pool_submit_work(&pool, &item);
    iv_work_pool_put(&pool);
}

static void never_waited(void* cookie, int status, const struct rusage* usage) {
    (void)status;
    (void)usage;
    never(cookie);
}

static void hold_by_wait_interest(void) {
    static struct iv_wait_interest interest;

    FILL(interest);
    IV_WAIT_INTEREST_INIT(&interest);
    interest.handler = never_waited;
    interest.pid = getpid();
    iv_wait_interest_register(&interest);
}

static void hold_by_popen(void) {
    static struct iv_popen_request request;
    static char program[] = "/bin/cat", type[] = "w";
    static char* argv[] = {program, NULL};

    IV_POPEN_REQUEST_INIT(&request);
    request.file = program;
    request.argv = argv;
    request.type = type;
    KEEP(iv_popen_request_submit(&request) >= 0);
}

PROMISE(each_object_of_the_other_modules_keeps_iv_main_running) {
    KEEP(holds(hold_by_signal));
    KEEP(holds(hold_by_inotify));
    KEEP(holds(hold_by_thread));
    KEEP(holds(hold_by_pool));
    KEEP(holds(hold_by_undrained_pool));
    KEEP(holds(hold_by_wait_interest));
    KEEP(holds(hold_by_popen));
}
