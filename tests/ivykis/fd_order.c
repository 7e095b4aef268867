// Promises of iv_fd about one batch of ready descriptors: what a handler that changes, unregisters
// or frees some of them does to the rest. For tests/ivykis.
#include "objects.h"

static struct iv_fd* fds[3];
static struct iv_timer timer;
static struct iv_event event;
static int ends[3][2];
static char marks[3][4] = {"0 ", "1 ", "2 "};

static void take_away(int index) {
    iv_fd_unregister(fds[index]);
    VANISH(fds[index]);
    fds[index] = NULL;
}

static int is_there(int index) {
    return fds[index] != NULL && iv_fd_registered(fds[index]);
}

static void take_away_all(void) {
    for (int index = 0; index < 3; index++) {
        if (fds[index] != NULL) {
            take_away(index);
        }
    }
}

// Three descriptors that are ready, and whose objects lie on pages of their own.
static void begin(void (*handler)(void*)) {
    iv_init();
    for (int index = 0; index < 3; index++) {
        open_pipe(ends[index], 1);
        fds[index] = APPEAR(struct iv_fd);
        start_reader(fds[index], ends[index][0], handler, marks[index]);
    }
}

static void end(void) {
    take_away_all();
    // If one of them were still counted, this would not return.
    iv_main();
    iv_deinit();
}

static void mark_and_take_away(void* cookie) {
    mark(cookie);
    take_away(*(char*)cookie - '0');
}

PROMISE(a_handler_may_unregister_and_free_its_own_fd) {
    begin(mark_and_take_away);
    one_turn();
    SAME((long long)strlen(trace), 6);
    KEEP(strchr(trace, '0') != NULL && strchr(trace, '1') != NULL && strchr(trace, '2') != NULL);
    end();
}

static void take_away_the_others(void* cookie) {
    mark(cookie);
    for (int index = 0; index < 3; index++) {
        if (index != *(char*)cookie - '0' && is_there(index)) {
            take_away(index);
        }
    }
}

PROMISE(a_handler_may_unregister_and_free_others_that_are_ready) {
    begin(take_away_the_others);
    one_turn();
    SAME((long long)strlen(trace), 2);
    trace[0] = '\0';
    // The one that is left goes on.
    one_turn();
    SAME((long long)strlen(trace), 2);
    end();
}

static void take_away_everything(void* cookie) {
    mark(cookie);
    take_away_all();
}

PROMISE(a_handler_may_unregister_and_free_all_that_are_ready) {
    begin(take_away_everything);
    iv_main();
    SAME((long long)strlen(trace), 2);
    end();
}

static void close_the_others(void* cookie) {
    take_away_the_others(cookie);
    for (int index = 0; index < 3; index++) {
        if (fds[index] == NULL) {
            close(ends[index][0]);
        }
    }
}

PROMISE(a_handler_may_close_others_that_are_ready_once_they_are_unregistered) {
    begin(close_the_others);
    one_turn();
    SAME((long long)strlen(trace), 2);
    end();
}

static void reuse_the_others(void* cookie) {
    mark(cookie);
    for (int index = 0; index < 3; index++) {
        if (index != *(char*)cookie - '0') {
            int pipe[2];

            take_away(index);
            open_pipe(pipe, 0);
            SAME(dup2(pipe[0], ends[index][0]), ends[index][0]);
            fds[index] = APPEAR(struct iv_fd);
            start_reader(fds[index], ends[index][0], never, "what was ready is another file");
        }
    }
}

// A number that is registered anew must not get the report that was meant for the old file.
PROMISE(a_number_used_again_within_a_batch_is_not_taken_for_the_old_one) {
    begin(reuse_the_others);
    one_turn();
    SAME((long long)strlen(trace), 2);
    for (int index = 0; index < 3; index++) {
        if (fds[index]->handler_in == reuse_the_others) {
            take_away(index);
        }
    }
    one_turn();
    end();
}

static void register_others_again(void* cookie) {
    mark(cookie);
    for (int index = 0; index < 3; index++) {
        if (index != *(char*)cookie - '0') {
            iv_fd_unregister(fds[index]);
            fds[index]->handler_in = mark;
            iv_fd_register(fds[index]);
        }
    }
    iv_fd_set_handler_in(fds[*(char*)cookie - '0'], mark);
}

PROMISE(an_fd_that_is_unregistered_and_registered_again_is_out_of_the_batch) {
    begin(register_others_again);
    one_turn();
    SAME((long long)strlen(trace), 2);
    trace[0] = '\0';
    one_turn();
    SAME((long long)strlen(trace), 6);
    end();
}

static void silence_the_others(void* cookie) {
    mark(cookie);
    for (int index = 0; index < 3; index++) {
        if (index != *(char*)cookie - '0') {
            iv_fd_set_handler_in(fds[index], NULL);
        }
    }
}

PROMISE(a_handler_that_another_takes_away_is_not_called_in_that_batch) {
    begin(silence_the_others);
    one_turn();
    SAME((long long)strlen(trace), 2);
    end();
}

static void mark_second(void* cookie) {
    mark(cookie);
    mark("second ");
}

static void replace_the_others(void* cookie) {
    mark(cookie);
    for (int index = 0; index < 3; index++) {
        iv_fd_set_handler_in(fds[index], mark_second);
        fds[index]->cookie = marks[2];
    }
}

PROMISE(handlers_and_cookies_are_read_at_the_time_of_the_call) {
    begin(replace_the_others);
    one_turn();
    KEEP(strcmp(trace + 2, "2 second 2 second ") == 0);
    end();
}

static struct iv_fd fd;

static void mark_in(void* unused) {
    (void)unused;
    mark("in ");
}

static void mark_out(void* unused) {
    (void)unused;
    mark("out ");
}

static void install_the_rest(void* unused) {
    (void)unused;
    mark("err ");
    iv_fd_set_handler_in(&fd, mark_in);
    iv_fd_set_handler_out(&fd, mark_out);
}

static void remove_the_rest(void* unused) {
    (void)unused;
    mark("err ");
    iv_fd_set_handler_in(&fd, NULL);
    iv_fd_set_handler_out(&fd, NULL);
}

// A socket that was hung up, so that its three handlers are due at once.
static void start_hung_up(void (*handler_err)(void*)) {
    int pipe[2];

    iv_init();
    open_pipe(pipe, 0);
    close(pipe[1]);
    prepare_fd(&fd, pipe[0], NULL);
    fd.handler_err = handler_err;
}

PROMISE(a_handler_installed_by_an_earlier_one_of_its_fd_runs_in_that_round) {
    start_hung_up(install_the_rest);
    iv_fd_register(&fd);
    one_turn();
    TRACE("err in out ");
    iv_fd_unregister(&fd);
    iv_deinit();
}

PROMISE(a_handler_taken_away_by_an_earlier_one_of_its_fd_does_not_run) {
    start_hung_up(remove_the_rest);
    fd.handler_in = mark_in;
    fd.handler_out = mark_out;
    iv_fd_register(&fd);
    one_turn();
    TRACE("err ");
    iv_deinit();
}

static void unregister_it(void* unused) {
    (void)unused;
    mark("err ");
    iv_fd_unregister(&fd);
}

PROMISE(no_further_handler_runs_once_one_has_unregistered_its_fd) {
    start_hung_up(unregister_it);
    fd.handler_in = mark_in;
    fd.handler_out = mark_out;
    iv_fd_register(&fd);
    iv_main();
    TRACE("err ");
    iv_deinit();
}

static void register_again(void* unused) {
    unregister_it(unused);
    iv_fd_register(&fd);
}

PROMISE(no_further_handler_runs_even_if_the_fd_is_registered_again) {
    start_hung_up(register_again);
    fd.handler_in = mark_in;
    fd.handler_out = mark_out;
    iv_fd_register(&fd);
    one_turn();
    TRACE("err ");
    one_turn();
    TRACE("err ");
    iv_deinit();
}

static void take_away_hung_up(void* cookie) {
    struct iv_fd* own = (struct iv_fd*)cookie;

    mark("err ");
    iv_fd_unregister(own);
    VANISH(own);
}

PROMISE(a_handler_may_free_its_fd_while_more_handlers_are_due) {
    struct iv_fd* own = APPEAR(struct iv_fd);

    start_hung_up(NULL);
    prepare_fd(own, fd.fd, own);
    own->handler_err = take_away_hung_up;
    own->handler_in = never;
    own->handler_out = never;
    iv_fd_register(own);
    iv_main();
    TRACE("err ");
    iv_deinit();
}

static void take_away_and_end(void* cookie) {
    mark(cookie);
    take_away_all();
    iv_event_unregister(&event);
}

// Upstream d2733a4: what the kernel had reported was kept by address while events ran.
PROMISE(an_event_may_free_descriptors_that_the_same_wait_reported) {
    begin(never);
    start_event(&event, take_away_and_end, "event ");
    if (!by_epoll()) {
        // There, an event is a descriptor, too, and runs first if it was registered first.
        take_away_all();
        for (int index = 0; index < 3; index++) {
            fds[index] = APPEAR(struct iv_fd);
            start_reader(fds[index], ends[index][0], never, NULL);
        }
    }
    in_a_thread(post_event, &event);
    iv_main();
    TRACE("event ");
    iv_deinit();
}

PROMISE(a_timer_and_a_task_may_free_descriptors_that_are_ready) {
    struct iv_task task;

    begin(never);
    start_timer(&timer, 0, mark_and_take_away, marks[0]);
    start_task(&task, take_away_the_others, marks[1]);
    for (int turn = 0; turn < 2; turn++) {
        iv_fd_set_handler_in(fds[1], mark_and_quit);
        iv_main();
    }
    TRACE("0 1 1 1 ");
    end();
}

static void free_it_later(void* cookie) {
    mark(cookie);
    take_away_all();
}

// Long after the kernel has reported them, objects are as free as those that never were reported.
PROMISE(descriptors_that_were_reported_may_be_freed_between_two_loops) {
    begin(mark_and_quit);
    iv_main();
    take_away_all();
    start_timer(&timer, ms, free_it_later, "timer ");
    iv_main();
    KEEP(strstr(trace, "timer ") != NULL);
    end();
}
