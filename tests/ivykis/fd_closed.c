// Promises of iv_fd about descriptors that a program closes while they are registered. For
// tests/ivykis.
#include "objects.h"

static struct iv_fd fd, other;
static int ends[2], other_ends[2];

// A loop in which a descriptor with data is registered and waited for, beside another one.
static void begin(void) {
    iv_init();
    open_pipe(ends, 1);
    open_pipe(other_ends, 1);
    start_reader(&other, other_ends[0], mark, "other ");
    start_reader(&fd, ends[0], mark, "fd ");
    one_turn();
    KEEP(strstr(trace, "fd ") != NULL);
    trace[0] = '\0';
}

// The other descriptor is served as ever, and the loop ends with it.
static void end(void) {
    trace[0] = '\0';
    one_turn();
    TRACE("other ");
    iv_fd_unregister(&other);
    iv_main();
    iv_deinit();
}

// B13: under epoll the stock library aborts in iv_fd_unregister().
BETTER(closing_before_unregister_is_harmless) {
    begin();
    close(ends[0]);
    iv_fd_unregister(&fd);
    SAME(iv_fd_registered(&fd), 0);
    end();
}

// B13: as above, after a turn in which the closed one may have been found out.
BETTER(closing_a_turn_before_unregister_is_harmless) {
    begin();
    close(ends[0]);
    one_turn();
    iv_fd_unregister(&fd);
    end();
}

// B13: under epoll the stock library aborts at the wait that follows.
BETTER(closing_before_the_first_wait_is_harmless) {
    begin();
    iv_fd_unregister(&fd);
    iv_fd_register(&fd);
    close(ends[0]);
    one_turn();
    iv_fd_unregister(&fd);
    end();
}

// B13: under epoll the stock library aborts at the wait that follows.
BETTER(changing_handlers_of_a_closed_descriptor_is_harmless) {
    begin();
    close(ends[0]);
    iv_fd_set_handler_out(&fd, mark);
    one_turn();
    iv_fd_set_handler_in(&fd, NULL);
    iv_fd_set_handler_out(&fd, NULL);
    one_turn();
    iv_fd_unregister(&fd);
    end();
}

// B13: under epoll the stock library takes the new file for the old one, and aborts as the kernel
// does not know it.
BETTER(a_number_that_is_used_again_before_unregister_is_harmless) {
    struct iv_fd next;

    begin();
    close(ends[0]);
    SAME(dup2(other_ends[0], ends[0]), ends[0]);
    iv_fd_unregister(&fd);
    start_reader(&next, ends[0], mark, "next ");
    one_turn();
    KEEP(strstr(trace, "next ") != NULL);
    iv_fd_unregister(&next);
    end();
}

static void close_and_unregister(void* cookie) {
    mark(cookie);
    close(ends[0]);
    iv_fd_unregister(&fd);
}

// B13: under epoll the stock library aborts.
BETTER(closing_before_unregister_in_the_own_handler_is_harmless) {
    begin();
    fd.cookie = "closed ";
    iv_fd_set_handler_in(&fd, close_and_unregister);
    one_turn();
    KEEP(strstr(trace, "closed ") != NULL);
    end();
}

// B13: the kernel keeps the interest in a file that lives on under another number, in this process
// or in a child, and it can no longer be withdrawn by the number. The stock library aborts.
BETTER(closing_before_unregister_is_harmless_while_the_file_lives_on) {
    begin();
    KEEP(dup(ends[0]) >= 0);
    close(ends[0]);
    iv_fd_unregister(&fd);
    memset(&fd, 0xA5, sizeof fd);
    one_turn();
    TRACE("other ");
    iv_fd_unregister(&other);
    KEEP(loop_sleeps());
    iv_deinit();
}

PROMISE(a_closed_descriptor_does_not_harm_the_others) {
    begin();
    close(ends[0]);
    one_turn();
    KEEP(strstr(trace, "other ") != NULL);
    // So the number may be used again by the program, if not registered.
    SAME(dup2(other_ends[0], ends[0]), ends[0]);
    trace[0] = '\0';
    one_turn();
    KEEP(strstr(trace, "other ") != NULL);
}

static void mark_err(void* unused) {
    (void)unused;
    mark("err ");
}

static void mark_in(void* unused) {
    (void)unused;
    mark("in ");
}

static void mark_out(void* unused) {
    (void)unused;
    mark("out ");
}

static void report_closed(const char* excluded) {
    setenv("IV_EXCLUDE_POLL_METHOD", excluded, 1);
    iv_init();
    open_pipe(ends, 0);
    prepare_fd(&fd, ends[0], NULL);
    fd.handler_in = mark_in;
    fd.handler_out = mark_out;
    fd.handler_err = mark_err;
    iv_fd_register(&fd);
    one_turn();
    TRACE("");
    close(ends[0]);
    one_turn();
    TRACE("err in out ");
    one_turn();
    TRACE("err in out ");
    iv_fd_set_handler_err(&fd, NULL);
    iv_fd_set_handler_out(&fd, NULL);
    one_turn();
    TRACE("in ");
    iv_fd_unregister(&fd);
    one_turn();
    TRACE("");
    iv_main();
    iv_deinit();
}

// B12: the stock library calls nobody, and its loop spins.
BETTER(a_closed_descriptor_is_reported_to_its_handlers_under_ppoll) {
    report_closed("epoll-timerfd epoll");
}

// B12: as above.
BETTER(a_closed_descriptor_is_reported_to_its_handlers_under_poll) {
    report_closed("epoll-timerfd epoll ppoll");
}

PROMISE(a_closed_descriptor_without_handlers_does_not_wake_the_loop_under_poll) {
    setenv("IV_EXCLUDE_POLL_METHOD", "epoll-timerfd epoll ppoll", 1);
    begin();
    iv_fd_unregister(&other);
    close(ends[0]);
    iv_fd_set_handler_in(&fd, NULL);
    KEEP(loop_sleeps());
    iv_fd_unregister(&fd);
    iv_deinit();
}

// B11: the stock library, in an array of what to poll, writes 2 bytes before its beginning, which
// valgrind and the address sanitizer see.
static void register_idle_first(const char* excluded) {
    setenv("IV_EXCLUDE_POLL_METHOD", excluded, 1);
    iv_init();
    open_pipe(ends, 1);
    prepare_fd(&fd, ends[0], "fd ");
    iv_fd_register(&fd);
    one_turn();
    TRACE("");
    iv_fd_set_handler_in(&fd, mark);
    one_turn();
    TRACE("fd ");
    iv_fd_set_handler_in(&fd, NULL);
    iv_fd_set_handler_err(&fd, mark);
    iv_fd_set_handler_err(&fd, NULL);
    one_turn();
    TRACE("");
    iv_fd_unregister(&fd);
    iv_main();
    iv_deinit();
}

PROMISE(the_first_descriptor_may_have_no_handlers_under_ppoll) {
    register_idle_first("epoll-timerfd epoll");
}

PROMISE(the_first_descriptor_may_have_no_handlers_under_poll) {
    register_idle_first("epoll-timerfd epoll ppoll");
}
