// Promises of iv_main(): what one turn of the loop runs, and in which order. For tests/ivykis.
#include "objects.h"

#include <sys/time.h>

static struct iv_fd fd;
static struct iv_task task;
static struct iv_timer timer;
static struct iv_event event;
static struct iv_event_raw raw;

static void mark_and_unregister_fd(void* cookie) {
    mark(cookie);
    iv_fd_unregister(&fd);
}

static void mark_and_unregister_event(void* cookie) {
    mark(cookie);
    iv_event_unregister(&event);
}

static void mark_and_unregister_raw(void* cookie) {
    mark(cookie);
    iv_event_raw_unregister(&raw);
}

PROMISE(one_turn_runs_timers_then_tasks_then_events_then_descriptors) {
    int pipe[2];

    iv_init();
    open_pipe(pipe, 1);
    // Under poll and ppoll an event is a descriptor, too, and then these are in order.
    if (by_epoll()) {
        start_reader(&fd, pipe[0], mark_and_unregister_fd, "fd ");
        start_event(&event, mark_and_unregister_event, "event ");
    } else {
        start_event(&event, mark_and_unregister_event, "event ");
        start_reader(&fd, pipe[0], mark_and_unregister_fd, "fd ");
    }
    in_a_thread(post_event, &event);
    start_task(&task, mark, "task ");
    start_timer(&timer, 0, mark, "timer ");
    iv_main();
    TRACE("timer task event fd ");
    iv_deinit();
}

enum { pipes_max = 300 };

static int served;

static void mark_served(void* unused) {
    (void)unused;
    SAME(served, pipes_max);
    mark("all ");
    iv_quit();
}

static void serve(void* unused) {
    (void)unused;
    if (served++ == 0) {
        start_task(&task, mark_served, NULL);
    }
}

PROMISE(all_ready_descriptors_are_served_in_one_turn) {
    static struct iv_fd fds[pipes_max];
    int pipe[2];

    iv_init();
    open_pipe(pipe, 1);
    for (int index = 0; index < pipes_max; index++) {
        start_reader(&fds[index], dup(pipe[0]), serve, NULL);
    }
    iv_main();
    TRACE("all ");
}

static struct iv_fd three[3];
static int pipes[3][2];

static void make_readable_from_the_last(void* unused) {
    (void)unused;
    SAME(write(pipes[2][1], "x", 1), 1);
    SAME(write(pipes[0][1], "x", 1), 1);
    SAME(write(pipes[1][1], "x", 1), 1);
}

static void mark_and_unregister_all(void* cookie) {
    mark(cookie);
    if (strlen(trace) == 3) {
        for (int index = 0; index < 3; index++) {
            iv_fd_unregister(&three[index]);
        }
    }
}

PROMISE(descriptors_are_served_in_the_order_of_the_kernel) {
    iv_init();
    for (int index = 0; index < 3; index++) {
        static char names[3][2] = {"0", "1", "2"};

        open_pipe(pipes[index], 0);
        start_reader(&three[index], pipes[index][0], mark_and_unregister_all, names[index]);
    }
    start_timer(&timer, 5 * ms, make_readable_from_the_last, NULL);
    iv_main();
    // epoll reports first what became ready first, poll what was registered first.
    TRACE(by_epoll() ? "201" : "012");
    iv_deinit();
}

static void mark_and_quit_after_both(void* cookie) {
    mark(cookie);
    if (strstr(trace, "timer ") != NULL && strstr(trace, "task ") != NULL) {
        iv_quit();
    }
}

static void start_both(void* cookie) {
    mark(cookie);
    start_timer(&timer, 0, mark_and_quit_after_both, "timer ");
    start_task(&task, mark_and_quit_after_both, "task ");
}

// With nothing else to wait for, the loop would sleep for ever. The stock library is free to look
// at its timers only after the next, short wait.
PROMISE(what_a_handler_starts_runs_before_the_loop_sleeps_again) {
    iv_init();
    start_raw(&raw, start_both, "raw ");
    iv_event_raw_post(&raw);
    iv_main();
    KEEP(strlen(trace) == strlen("raw timer task "));
    KEEP(strncmp(trace, "raw ", 4) == 0);
    trace[0] = '\0';
    start_event(&event, start_both, "event ");
    in_a_thread(post_event, &event);
    iv_main();
    KEEP(strlen(trace) == strlen("event timer task "));
    KEEP(strncmp(trace, "event ", 6) == 0);
    iv_deinit();
}

static int turns;

static void start_itself(void* cookie) {
    if (++turns < 1000) {
        start_task(&task, start_itself, cookie);
    } else {
        mark("last ");
    }
}

// While tasks are pending the loop looks for everything else, but does not sleep.
PROMISE(pending_tasks_neither_wait_nor_hold_up_the_rest) {
    int pipe[2];

    iv_init();
    open_pipe(pipe, 1);
    start_task(&task, start_itself, NULL);
    start_timer(&timer, 0, mark, "timer ");
    start_event(&event, mark_and_unregister_event, "event ");
    in_a_thread(post_event, &event);
    start_reader(&fd, pipe[0], mark_and_unregister_fd, "fd ");
    iv_main();
    KEEP(strncmp(trace, "timer ", 6) == 0);
    KEEP(strcmp(trace + 6, "event fd last ") == 0);
    SAME(turns, 1000);
    iv_deinit();
}

PROMISE(a_loop_without_work_sleeps) {
    int pipe[2];

    iv_init();
    open_pipe(pipe, 0);
    start_reader(&fd, pipe[0], never, NULL);
    start_event(&event, never, NULL);
    KEEP(loop_sleeps());
    iv_deinit();
}

static int alarms;

static void count_alarm(int number) {
    (void)number;
    alarms++;
}

PROMISE(a_signal_interrupts_the_wait_without_effect) {
    struct sigaction action = {.sa_handler = count_alarm};
    struct itimerval often = {{0, 1000}, {0, 1000}};
    long long began = promise_now();
    int pipe[2];

    iv_init();
    open_pipe(pipe, 0);
    start_reader(&fd, pipe[0], never, NULL);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    start_timer(&timer, 50 * ms, mark_and_unregister_fd, "timer ");
    iv_main();
    TRACE("timer ");
    KEEP(promise_now() - began >= 50 * ms);
    KEEP(alarms > 0);
    iv_deinit();
}

static void post_raw_from_signal(int number) {
    (void)number;
    iv_event_raw_post(&raw);
}

PROMISE(a_loop_without_a_timeout_is_woken_out_of_a_signal) {
    struct sigaction action = {.sa_handler = post_raw_from_signal};
    struct itimerval once = {{0, 0}, {0, 10000}};

    iv_init();
    start_raw(&raw, mark_and_unregister_raw, "raw ");
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &once, NULL);
    iv_main();
    TRACE("raw ");
    iv_deinit();
}

static int wrong_errno;

static void leave_errno(void* unused) {
    (void)unused;
    errno = wrong_errno;
}

static void leave_errno_and_go_on(void* left) {
    if (--*(int*)left > 0) {
        start_task(&task, leave_errno_and_go_on, left);
    }
    errno = wrong_errno;
}

// Upstream #34 took the errno that a handler left behind for a failure of its own wait, and stood
// still for minutes.
PROMISE(an_errno_that_a_handler_leaves_does_not_stall_the_loop) {
    const int numbers[] = {EINTR, EPERM, ENOSYS, EINVAL, EAGAIN, EBADF};
    int pipe[2];

    iv_init();
    open_pipe(pipe, 1);
    for (size_t index = 0; index < sizeof numbers / sizeof numbers[0]; index++) {
        struct iv_timer first;
        int left = 10;
        long long began = promise_now();

        wrong_errno = numbers[index];
        start_task(&task, leave_errno_and_go_on, &left);
        start_timer(&first, 2 * ms, leave_errno, NULL);
        start_timer(&timer, 5 * ms, mark_and_quit, "timer ");
        iv_main();
        TRACE("timer ");
        KEEP(promise_now() - began < 10000 * ms);
    }
    iv_deinit();
}
