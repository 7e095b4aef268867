// Promises of iv_fd: which handlers are called for which readiness, and what registering does to a
// descriptor. For tests/ivykis.
#include "objects.h"

#include <netinet/in.h>

static struct iv_fd fd;
static int ends[2];

static void mark_in(void* unused) {
    (void)unused;
    mark("in ");
}

static void mark_out(void* unused) {
    (void)unused;
    mark("out ");
}

static void mark_err(void* unused) {
    (void)unused;
    mark("err ");
}

// Runs one turn with `number` registered, and the handlers whose first letters are in `wanted`.
static void turn_with(int number, const char* wanted) {
    prepare_fd(&fd, number, NULL);
    fd.handler_in = strchr(wanted, 'i') != NULL ? mark_in : NULL;
    fd.handler_out = strchr(wanted, 'o') != NULL ? mark_out : NULL;
    fd.handler_err = strchr(wanted, 'e') != NULL ? mark_err : NULL;
    iv_fd_register(&fd);
    one_turn();
    iv_fd_unregister(&fd);
}

PROMISE(an_initialised_fd_is_empty_but_for_its_cookie) {
    FILL(fd);
    fd.cookie = ends;
    IV_FD_INIT(&fd);
    SAME(fd.fd, -1);
    KEEP(fd.handler_in == NULL);
    KEEP(fd.handler_out == NULL);
    KEEP(fd.handler_err == NULL);
    KEEP(fd.cookie == ends);
    SAME(iv_fd_registered(&fd), 0);
}

PROMISE(an_fd_is_registered_from_register_to_unregister) {
    iv_init();
    open_pipe(ends, 0);
    prepare_fd(&fd, ends[0], NULL);
    SAME(iv_fd_registered(&fd), 0);
    iv_fd_register(&fd);
    SAME(iv_fd_registered(&fd) != 0, 1);
    one_turn();
    SAME(iv_fd_registered(&fd) != 0, 1);
    iv_fd_unregister(&fd);
    SAME(iv_fd_registered(&fd), 0);
    SAME(iv_fd_register_try(&fd), 0);
    SAME(iv_fd_registered(&fd) != 0, 1);
    iv_fd_unregister(&fd);
    SAME(iv_fd_registered(&fd), 0);
    iv_deinit();
}

PROMISE(a_handler_is_called_until_the_cause_is_gone) {
    char bytes[8];

    iv_init();
    open_pipe(ends, 1);
    start_reader(&fd, ends[0], mark_in, NULL);
    for (int turn = 0; turn < 10; turn++) {
        one_turn();
        TRACE("in ");
    }
    SAME(read(ends[0], bytes, sizeof bytes), 1);
    one_turn();
    TRACE("");
    iv_deinit();
}

PROMISE(a_readable_descriptor_calls_in_alone) {
    iv_init();
    open_pipe(ends, 1);
    turn_with(ends[0], "ioe");
    TRACE("in ");
    turn_with(ends[0], "oe");
    TRACE("");
    turn_with(ends[0], "");
    TRACE("");
    iv_deinit();
}

PROMISE(a_writable_descriptor_calls_out_alone) {
    iv_init();
    open_pipe(ends, 0);
    turn_with(ends[1], "ioe");
    TRACE("out ");
    turn_with(ends[1], "ie");
    TRACE("");
    SAME(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    SAME(write(ends[1], "x", 1), 1);
    turn_with(ends[0], "ioe");
    TRACE("in out ");
    turn_with(ends[0], "oe");
    TRACE("out ");
    iv_deinit();
}

PROMISE(a_hangup_calls_err_then_in_then_out) {
    iv_init();
    open_pipe(ends, 0);
    close(ends[1]);
    turn_with(ends[0], "ioe");
    TRACE("err in out ");
    turn_with(ends[0], "io");
    TRACE("in out ");
    turn_with(ends[0], "i");
    TRACE("in ");
    turn_with(ends[0], "o");
    TRACE("out ");
    turn_with(ends[0], "e");
    TRACE("err ");
    iv_deinit();
}

PROMISE(an_error_calls_err_then_in_then_out) {
    iv_init();
    open_pipe(ends, 0);
    close(ends[0]);
    turn_with(ends[1], "ioe");
    TRACE("err in out ");
    turn_with(ends[1], "oe");
    TRACE("err out ");
    turn_with(ends[1], "i");
    TRACE("in ");
    turn_with(ends[1], "e");
    TRACE("err ");
    iv_deinit();
}

// Half closed is readable, no error: the end of the file is there to be read.
PROMISE(a_peer_that_only_stopped_writing_is_no_error) {
    iv_init();
    SAME(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    shutdown(ends[1], SHUT_WR);
    turn_with(ends[0], "ie");
    TRACE("in ");
    turn_with(ends[0], "e");
    TRACE("");
    iv_deinit();
}

// Two ends of a TCP connection within this machine.
static void open_tcp(int sides[2]) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    SAME(bind(listener, (struct sockaddr*)&address, size), 0);
    SAME(listen(listener, 1), 0);
    SAME(getsockname(listener, (struct sockaddr*)&address, &size), 0);
    sides[0] = socket(AF_INET, SOCK_STREAM, 0);
    SAME(connect(sides[0], (struct sockaddr*)&address, size), 0);
    sides[1] = accept(listener, NULL, NULL);
    KEEP(sides[1] >= 0);
    close(listener);
}

PROMISE(urgent_data_is_read_in_line) {
    int in_line = 0;
    socklen_t size = sizeof in_line;
    char byte = 0;

    iv_init();
    open_tcp(ends);
    start_reader(&fd, ends[0], mark_and_quit, "in ");
    SAME(getsockopt(ends[0], SOL_SOCKET, SO_OOBINLINE, &in_line, &size), 0);
    SAME(in_line != 0, 1);
    SAME(send(ends[1], "!", 1, MSG_OOB), 1);
    iv_main();
    TRACE("in ");
    SAME(read(ends[0], &byte, 1), 1);
    SAME(byte, '!');
    iv_deinit();
}

static void has_flags(int number) {
    SAME(fcntl(number, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    SAME(fcntl(number, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
}

PROMISE(registering_makes_a_descriptor_nonblocking_and_closed_on_exec_for_good) {
    iv_init();
    for (int by_try = 0; by_try < 2; by_try++) {
        SAME(pipe(ends), 0);
        SAME(fcntl(ends[0], F_GETFD), 0);
        SAME(fcntl(ends[0], F_GETFL), 0);
        prepare_fd(&fd, ends[0], NULL);
        if (by_try) {
            SAME(iv_fd_register_try(&fd), 0);
        } else {
            iv_fd_register(&fd);
        }
        has_flags(ends[0]);
        iv_fd_unregister(&fd);
        has_flags(ends[0]);
    }
    iv_deinit();
}

static void expect_cookie(void* cookie) {
    mark(cookie);
    fd.cookie = "second ";
}

PROMISE(the_cookie_of_an_fd_may_change_at_any_time) {
    iv_init();
    open_pipe(ends, 1);
    start_reader(&fd, ends[0], expect_cookie, "none ");
    fd.cookie = "first ";
    one_turn();
    TRACE("first ");
    one_turn();
    TRACE("second ");
    iv_deinit();
}

PROMISE(handlers_set_later_are_called_for_what_is_ready_already) {
    iv_init();
    SAME(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    SAME(write(ends[1], "x", 1), 1);
    prepare_fd(&fd, ends[0], NULL);
    iv_fd_register(&fd);
    one_turn();
    TRACE("");
    iv_fd_set_handler_in(&fd, mark_in);
    one_turn();
    TRACE("in ");
    iv_fd_set_handler_out(&fd, mark_out);
    one_turn();
    TRACE("in out ");
    iv_fd_set_handler_err(&fd, mark_err);
    one_turn();
    TRACE("in out ");
    close(ends[1]);
    one_turn();
    TRACE("err in out ");
    iv_deinit();
}

PROMISE(a_handler_that_is_taken_away_is_not_called) {
    iv_init();
    SAME(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    close(ends[1]);
    prepare_fd(&fd, ends[0], NULL);
    fd.handler_in = mark_in;
    fd.handler_out = mark_out;
    fd.handler_err = mark_err;
    iv_fd_register(&fd);
    one_turn();
    TRACE("err in out ");
    iv_fd_set_handler_in(&fd, NULL);
    one_turn();
    TRACE("err out ");
    iv_fd_set_handler_err(&fd, NULL);
    one_turn();
    TRACE("out ");
    iv_fd_set_handler_out(&fd, NULL);
    one_turn();
    TRACE("");
    iv_deinit();
}

PROMISE(only_the_handlers_at_the_time_of_the_wait_count) {
    iv_init();
    open_pipe(ends, 1);
    prepare_fd(&fd, ends[0], NULL);
    iv_fd_register(&fd);
    iv_fd_set_handler_in(&fd, never);
    iv_fd_set_handler_in(&fd, NULL);
    one_turn();
    iv_fd_set_handler_in(&fd, mark_in);
    one_turn();
    TRACE("in ");
    iv_fd_set_handler_in(&fd, NULL);
    iv_fd_set_handler_in(&fd, never);
    iv_fd_set_handler_in(&fd, mark_in);
    one_turn();
    TRACE("in ");
    iv_deinit();
}

PROMISE(a_descriptor_without_handlers_does_not_wake_the_loop) {
    iv_init();
    open_pipe(ends, 1);
    prepare_fd(&fd, ends[0], NULL);
    iv_fd_register(&fd);
    // Neither for data nor for a hangup.
    KEEP(loop_sleeps());
    iv_fd_set_handler_in(&fd, mark_in);
    one_turn();
    TRACE("in ");
    iv_fd_set_handler_in(&fd, NULL);
    close(ends[1]);
    KEEP(loop_sleeps());
    SAME(iv_fd_registered(&fd) != 0, 1);
    iv_deinit();
}

PROMISE(an_unregistered_descriptor_no_longer_wakes_the_loop) {
    iv_init();
    open_pipe(ends, 1);
    start_reader(&fd, ends[0], mark_in, NULL);
    one_turn();
    TRACE("in ");
    iv_fd_unregister(&fd);
    memset(&fd, 0, sizeof fd);
    // Its file lives on under another number, so that closing it would end no interest in it.
    KEEP(dup(ends[0]) >= 0);
    close(ends[0]);
    KEEP(loop_sleeps());
    iv_deinit();
}

PROMISE(the_number_of_an_unregistered_descriptor_may_be_used_again) {
    int others[2];

    iv_init();
    open_pipe(ends, 1);
    open_pipe(others, 1);
    for (int turn = 0; turn < 10; turn++) {
        struct iv_fd second;

        start_reader(&fd, ends[0], mark_in, NULL);
        one_turn();
        TRACE("in ");
        iv_fd_unregister(&fd);
        SAME(dup2(others[0], ends[0]), ends[0]);
        start_reader(&second, ends[0], mark, "second ");
        one_turn();
        TRACE("second ");
        iv_fd_unregister(&second);
        iv_fd_register(&second);
        iv_fd_unregister(&second);
    }
    iv_deinit();
}

static void* turn_in_a_thread(void* unused) {
    struct iv_fd own;

    iv_init();
    start_reader(&own, ends[0], mark, "theirs ");
    one_turn();
    iv_fd_unregister(&own);
    iv_deinit();
    return unused;
}

PROMISE(one_descriptor_may_be_registered_in_several_threads) {
    iv_init();
    open_pipe(ends, 1);
    start_reader(&fd, ends[0], mark, "ours ");
    one_turn();
    TRACE("ours ");
    in_a_thread(turn_in_a_thread, NULL);
    TRACE("theirs ");
    one_turn();
    TRACE("ours ");
    iv_deinit();
}

static void* is_registered(void* unused) {
    SAME(iv_fd_registered(&fd) != 0, 1);
    return unused;
}

PROMISE(whether_an_fd_is_registered_may_be_asked_in_any_thread) {
    iv_init();
    open_pipe(ends, 0);
    start_reader(&fd, ends[0], never, NULL);
    in_a_thread(is_registered, NULL);
    iv_deinit();
}
