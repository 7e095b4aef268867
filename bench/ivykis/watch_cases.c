// A descriptor whose handlers are taken off and put on again around each job, as a server does that
// hands its input to a worker. Private to bench.
#include "count_calls.h"
#include "measure.h"

#include <fcntl.h>
#include <iv.h>
#include <stdint.h>
#include <sys/eventfd.h>

// `input` is always readable. Its handler takes all handlers off and sends the job away, by a write
// to `done`; the loop waits; the handler of `done` reads, and puts the handlers of `input` on
// again.
struct server {
    struct iv_fd input;
    struct iv_fd done;
    int (*over)(struct server*);
    struct span span;
    int jobs;
};

static void handle_input(void* cookie);
static void handle_error(void* cookie);

static void handle_done(void* cookie) {
    struct server* server = cookie;
    uint64_t count = 0;

    require(read(server->done.fd, &count, sizeof count) == sizeof count && count == 1, "job");
    if (server->over(server)) {
        iv_fd_unregister(&server->input);
        iv_fd_unregister(&server->done);
        return;
    }
    iv_fd_set_handler_in(&server->input, handle_input);
    iv_fd_set_handler_err(&server->input, handle_error);
}

static void handle_input(void* cookie) {
    struct server* server = cookie;
    uint64_t one = 1;

    iv_fd_set_handler_in(&server->input, NULL);
    iv_fd_set_handler_out(&server->input, NULL);
    iv_fd_set_handler_err(&server->input, NULL);
    require(write(server->done.fd, &one, sizeof one) == sizeof one, "write");
}

static void handle_error(void* cookie) {
    (void)cookie;
    require(0, "an error of an eventfd");
}

static void watch(struct iv_fd* watched, struct server* server, unsigned count) {
    IV_FD_INIT(watched);
    watched->fd = eventfd(count, EFD_CLOEXEC | EFD_NONBLOCK);
    require(watched->fd >= 0, "eventfd");
    watched->cookie = server;
    iv_fd_register(watched);
}

static void serve(struct server* server) {
    iv_init();
    watch(&server->input, server, 1);
    watch(&server->done, server, 0);
    iv_fd_set_handler_in(&server->input, handle_input);
    iv_fd_set_handler_err(&server->input, handle_error);
    iv_fd_set_handler_in(&server->done, handle_done);
    span_begin(&server->span, 16);
    iv_main();
    iv_deinit();
}

static int time_is_up(struct server* server) {
    return span_over(&server->span);
}

static double time_jobs(void) {
    struct server server = {.over = time_is_up};

    serve(&server);
    return span_ns(&server.span);
}

enum { jobs_before = 20, jobs_counted = 500 };

static int count_jobs(struct server* server) {
    int job = ++server->jobs;

    if (job == jobs_before || job == jobs_before + jobs_counted) {
        count_calls_mark();
    }
    return job == jobs_before + jobs_counted;
}

static void serve_counted(void) {
    struct server server = {.over = count_jobs};

    serve(&server);
}

// A job needs two waits, and the program itself writes and reads.
static double count_calls_of_jobs(void) {
    return (double)count_calls(serve_counted) / (double)jobs_counted - 4;
}

const struct bench_case watch_cases[] = {
    {"fd-on-off-job", "ns", time_jobs},
    {"fd-on-off-calls", "calls", count_calls_of_jobs},
    {0},
};
