// Promises of how little the library asks of the kernel. For tests/ivykis.
#include "kernel_calls.h"

static struct iv_fd fd, socket_fd;
static struct iv_event event;
static int ends[2];

static void begin(void) {
    iv_init();
    open_pipe(ends, 1);
    prepare_fd(&fd, ends[0], NULL);
    start_event(&event, mark, "");
    one_turn();
}

static void register_pipe(void) {
    iv_fd_register(&fd);
    one_turn();
    iv_fd_unregister(&fd);
    SAME(iv_fd_register_try(&fd), 0);
    iv_fd_unregister(&fd);
}

static void register_socket(void) {
    prepare_fd(&socket_fd, ends[0], NULL);
    iv_fd_register(&socket_fd);
}

static void begin_with_socket(void) {
    begin();
    SAME(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
}

// L17: the stock library tries it on whatever it is given, which fails with ENOTSOCK.
BETTER(only_sockets_are_asked_for_urgent_data_in_line) {
    SAME(kernel_calls(begin, register_pipe, SYS_setsockopt), 0);
    SAME(kernel_calls(begin_with_socket, register_socket, SYS_setsockopt), 1);
}

static void register_idle(void) {
    iv_fd_register(&fd);
    one_turn();
    one_turn();
    iv_fd_unregister(&fd);
}

PROMISE(an_fd_without_handlers_is_no_concern_of_epoll) {
    SAME(kernel_calls(begin, register_idle, SYS_epoll_ctl), 0);
}

static void register_and_change(void) {
    iv_fd_register(&fd);
    for (int change = 0; change < 100; change++) {
        iv_fd_set_handler_in(&fd, change % 3 != 0 ? mark : NULL);
        iv_fd_set_handler_out(&fd, change % 5 != 0 ? mark : NULL);
        iv_fd_set_handler_err(&fd, change % 7 != 0 ? mark : NULL);
    }
    fd.cookie = "";
    one_turn();
}

PROMISE(any_number_of_changes_before_a_wait_is_one_call) {
    KEEP(kernel_calls(begin, register_and_change, SYS_epoll_ctl) <= 1);
}

static void begin_with_reader(void) {
    begin();
    fd.cookie = "";
    fd.handler_in = mark;
    iv_fd_register(&fd);
    one_turn();
}

static void change_and_change_back(void) {
    for (int change = 0; change < 100; change++) {
        iv_fd_set_handler_in(&fd, NULL);
        iv_fd_set_handler_out(&fd, mark);
        iv_fd_set_handler_in(&fd, mark);
        iv_fd_set_handler_out(&fd, NULL);
    }
    one_turn();
}

PROMISE(changes_that_amount_to_nothing_are_no_call) {
    SAME(kernel_calls(begin_with_reader, change_and_change_back, SYS_epoll_ctl), 0);
}

static void change_handlers_alone(void) {
    iv_fd_set_handler_in(&fd, mark_and_quit);
    one_turn();
    iv_fd_set_handler_in(&fd, mark);
    one_turn();
}

PROMISE(one_handler_in_place_of_another_is_no_call) {
    SAME(kernel_calls(begin_with_reader, change_handlers_alone, SYS_epoll_ctl), 0);
}

static void post_often(void) {
    for (int post = 0; post < 1000; post++) {
        iv_event_post(&event);
    }
}

// How many calls of the kind that wakes a loop the 1000 posts take.
static int wakes(void (*prepare)(void)) {
    return kernel_calls(prepare, post_often, SYS_epoll_ctl) +
           kernel_calls(prepare, post_often, SYS_write) +
           kernel_calls(prepare, post_often, SYS_futex);
}

PROMISE(posts_in_the_own_thread_are_no_call) {
    SAME(wakes(begin), 0);
}

static pthread_barrier_t registered;

static void* register_and_wait(void* unused) {
    iv_init();
    start_event(&event, mark, "");
    pthread_barrier_wait(&registered);
    // The loop is not entered: this thread stays where it is until the process ends.
    pthread_barrier_wait(&registered);
    return unused;
}

static void register_in_a_thread(void) {
    pthread_t thread;

    pthread_barrier_init(&registered, NULL, 2);
    SAME(pthread_create(&thread, NULL, register_and_wait, NULL), 0);
    pthread_barrier_wait(&registered);
}

PROMISE(posts_for_another_thread_are_one_call_until_it_runs) {
    KEEP(wakes(register_in_a_thread) <= 1);
}

static void post_raw_once(void) {
    static struct iv_event_raw raw;

    start_raw(&raw, mark, "");
    iv_event_raw_post(&raw);
}

static void read_time(void) {
    for (int turn = 0; turn < 1000; turn++) {
        KEEP(iv_now.tv_sec >= 0);
    }
}

PROMISE(a_raw_post_is_one_write_at_most) {
    KEEP(kernel_calls(begin, post_raw_once, SYS_write) <= 1);
}

// In stock it is always one.
BETTER(a_raw_post_is_no_call_while_the_loop_is_awake) {
    SAME(kernel_calls(begin, post_raw_once, SYS_write), 0);
}

// Where the clock itself needs a call, it is read once until it is invalidated.
PROMISE(reading_the_time_is_one_call_at_most) {
    KEEP(kernel_calls(begin, read_time, SYS_clock_gettime) <= 1);
}
