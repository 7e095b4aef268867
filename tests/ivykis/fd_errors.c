// Promises of iv_fd about descriptors that are closed, of no use, or registered once too often. For
// tests/ivykis.
#include "objects.h"

#include <sys/resource.h>

enum { unused_number = 77 };

static struct iv_fd fd, second_fd;
static int ends[2];

// Each body below runs in a process of its own, and begins with a loop and a pipe with data.
static void begin(void) {
    iv_init();
    open_pipe(ends, 1);
}

static int open_file(void) {
    int file = open("/proc/self/exe", O_RDONLY);

    KEEP(file >= 0);
    return file;
}

static void register_twice(void) {
    begin();
    start_reader(&fd, ends[0], mark, "");
    iv_fd_register(&fd);
}

static void try_twice(void) {
    begin();
    start_reader(&fd, ends[0], mark, "");
    exit(iv_fd_register_try(&fd));
}

static void unregister_unregistered(void) {
    begin();
    prepare_fd(&fd, ends[0], NULL);
    iv_fd_unregister(&fd);
}

static void unregister_twice(void) {
    begin();
    start_reader(&fd, ends[0], mark, "");
    iv_fd_unregister(&fd);
    iv_fd_unregister(&fd);
}

static void set_in_unregistered(void) {
    begin();
    prepare_fd(&fd, ends[0], NULL);
    iv_fd_set_handler_in(&fd, mark);
}

static void set_out_unregistered(void) {
    begin();
    prepare_fd(&fd, ends[0], NULL);
    iv_fd_set_handler_out(&fd, mark);
}

static void set_err_unregistered(void) {
    begin();
    prepare_fd(&fd, ends[0], NULL);
    iv_fd_set_handler_err(&fd, mark);
}

PROMISE(an_fd_that_is_used_out_of_turn_aborts) {
    KEEP(promise_aborts(register_twice));
    KEEP(promise_aborts(try_twice));
    KEEP(promise_aborts(unregister_unregistered));
    KEEP(promise_aborts(unregister_twice));
    KEEP(promise_aborts(set_in_unregistered));
    KEEP(promise_aborts(set_out_unregistered));
    KEEP(promise_aborts(set_err_unregistered));
}

static void register_negative(void) {
    begin();
    start_reader(&fd, -1, mark, "");
}

static void try_negative(void) {
    begin();
    prepare_fd(&fd, -1, NULL);
    iv_fd_register_try(&fd);
}

PROMISE(a_negative_number_aborts) {
    KEEP(promise_aborts(register_negative));
    KEEP(promise_aborts(try_negative));
}

static void register_unopened(void) {
    begin();
    start_reader(&fd, unused_number, mark, "");
}

static void register_unopened_and_run(void) {
    register_unopened();
    one_turn();
}

PROMISE(a_number_that_is_not_open_aborts_before_epoll_waits) {
    // Under poll and ppoll the stock library takes it and says nothing.
    if (will_be_by_epoll()) {
        KEEP(promise_aborts(register_unopened_and_run));
    }
}

// B13: the stock library aborts later, far from the cause, or under poll and ppoll not at all.
BETTER(a_number_that_is_not_open_aborts_at_the_call) {
    KEEP(promise_aborts(register_unopened));
}

PROMISE(a_number_that_is_not_open_is_refused_by_try) {
    begin();
    prepare_fd(&fd, unused_number, NULL);
    fd.handler_in = never;
    SAME(iv_fd_register_try(&fd), -1);
    SAME(iv_fd_registered(&fd), 0);
    // The object may be tried again, with a number that is open.
    fd.fd = ends[0];
    fd.handler_in = mark;
    fd.cookie = "in ";
    SAME(iv_fd_register_try(&fd), 0);
    one_turn();
    TRACE("in ");
    iv_fd_unregister(&fd);
    iv_main();
    iv_deinit();
}

// The stock library leaves errno as it was under poll and ppoll (hazard 14).
BETTER(a_number_that_is_not_open_is_refused_with_errno) {
    begin();
    prepare_fd(&fd, unused_number, NULL);
    errno = 0;
    SAME(iv_fd_register_try(&fd), -1);
    SAME(errno, EBADF);
    iv_main();
    iv_deinit();
}

// syslog-ng follows a file by reading at intervals when this is refused.
PROMISE(a_regular_file_is_refused_by_try_under_epoll) {
    begin();
    prepare_fd(&fd, open_file(), "in ");
    fd.handler_in = mark;
    if (by_epoll()) {
        SAME(iv_fd_register_try(&fd), -1);
        SAME(errno, EPERM);
        SAME(iv_fd_registered(&fd), 0);
        SAME(fcntl(fd.fd, F_GETFD), 0);
        SAME(fcntl(fd.fd, F_GETFL) & O_NONBLOCK, 0);
        iv_main();
    } else {
        SAME(iv_fd_register_try(&fd), 0);
        SAME(iv_fd_registered(&fd) != 0, 1);
        one_turn();
        one_turn();
        TRACE("in in ");
    }
    iv_deinit();
}

static void register_file(void) {
    begin();
    start_reader(&fd, open_file(), mark, "in ");
}

static void register_file_and_run(void) {
    register_file();
    one_turn();
    TRACE("in ");
}

PROMISE(a_regular_file_aborts_under_epoll_and_is_always_ready_otherwise) {
    SAME(aborts_or_ends_well(register_file_and_run), will_be_by_epoll());
}

// B13: the stock library aborts at the next wait.
BETTER(a_regular_file_aborts_at_the_call_under_epoll) {
    SAME(aborts_or_ends_well(register_file), will_be_by_epoll());
}

static void register_number_twice(void) {
    begin();
    start_reader(&fd, ends[0], mark, "first ");
    start_reader(&second_fd, ends[0], mark, "second ");
}

static void register_number_twice_and_run(void) {
    register_number_twice();
    one_turn();
    TRACE("first second ");
}

PROMISE(a_number_registered_twice_in_a_thread_aborts_under_epoll_and_works_otherwise) {
    SAME(aborts_or_ends_well(register_number_twice_and_run), will_be_by_epoll());
}

// B13: the stock library aborts at the next wait.
BETTER(a_number_registered_twice_in_a_thread_aborts_at_the_call_under_epoll) {
    SAME(aborts_or_ends_well(register_number_twice), will_be_by_epoll());
}

static void* register_in_a_thread(void* unused) {
    iv_init();
    start_reader(&second_fd, ends[0], mark, "theirs ");
    one_turn();
    iv_deinit();
    return unused;
}

// With B13 ended, this must go on: what is forbidden is twice in one thread.
PROMISE(a_number_registered_in_another_thread_aborts_nothing) {
    begin();
    start_reader(&fd, ends[0], mark, "ours ");
    in_a_thread(register_in_a_thread, NULL);
    one_turn();
    TRACE("theirs ours ");
    iv_deinit();
}

PROMISE(try_of_a_number_that_is_waited_for_is_refused_under_epoll) {
    begin();
    start_reader(&fd, ends[0], mark, "first ");
    one_turn();
    prepare_fd(&second_fd, ends[0], "second ");
    second_fd.handler_in = mark;
    if (by_epoll()) {
        SAME(iv_fd_register_try(&second_fd), -1);
        SAME(errno, EEXIST);
        SAME(iv_fd_registered(&second_fd), 0);
    } else {
        SAME(iv_fd_register_try(&second_fd), 0);
        iv_fd_unregister(&second_fd);
    }
    // The first one is as before.
    one_turn();
    TRACE("first first ");
    iv_fd_unregister(&fd);
    iv_main();
    iv_deinit();
}

// B13: as long as the first was not waited for, the stock library takes the second, and aborts at
// the next wait.
BETTER(try_of_a_number_that_was_just_registered_is_refused_under_epoll) {
    begin();
    start_reader(&fd, ends[0], mark, "first ");
    prepare_fd(&second_fd, ends[0], "second ");
    second_fd.handler_in = mark;
    if (by_epoll()) {
        SAME(iv_fd_register_try(&second_fd), -1);
        SAME(errno, EEXIST);
        SAME(iv_fd_registered(&second_fd), 0);
    } else {
        SAME(iv_fd_register_try(&second_fd), 0);
    }
    one_turn();
    TRACE(by_epoll() ? "first " : "first second ");
    iv_deinit();
}

static void register_without_handlers_twice(void) {
    begin();
    start_reader(&fd, ends[0], mark, "first ");
    prepare_fd(&second_fd, ends[0], "second ");
    iv_fd_register(&second_fd);
}

// The stock library takes a second object without handlers, and aborts when both have some.
BETTER(a_number_is_registered_once_and_the_second_call_says_so) {
    KEEP(promise_aborts(register_without_handlers_twice));
}

PROMISE(an_fd_that_was_closed_before_the_first_wait_may_be_unregistered) {
    begin();
    start_reader(&fd, ends[0], never, NULL);
    close(ends[0]);
    iv_fd_unregister(&fd);
    iv_main();
    iv_deinit();
}

// Numbers at and above the limit that was in force when the library started: a parent that had a
// higher one left them open. Here the stock library of version 0.42.4 aborts (1.6).
BETTER(a_number_above_the_limit_at_the_start_is_as_good_as_any) {
    struct rlimit limit = {.rlim_cur = 256, .rlim_max = 256};
    int high;

    open_pipe(ends, 1);
    high = fcntl(ends[0], F_DUPFD, 300);
    SAME(high, 300);
    SAME(setrlimit(RLIMIT_NOFILE, &limit), 0);
    iv_init();
    start_reader(&fd, high, mark, "in ");
    one_turn();
    TRACE("in ");
    iv_deinit();
}
