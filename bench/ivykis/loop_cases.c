// What a loop does to itself: a task, a raw event, a signal that comes again and again. Private to
// bench.
#include "measure.h"

#include <iv.h>
#include <iv_event_raw.h>
#include <iv_signal.h>
#include <signal.h>

struct repeated {
    struct span span;
    struct iv_task task;
    struct iv_event_raw raw;
    struct iv_signal signal;
};

static void run_again(void* cookie) {
    struct repeated* repeated = cookie;

    if (!span_over(&repeated->span)) {
        iv_task_register(&repeated->task);
    }
}

static double task_chain(void) {
    struct repeated repeated;

    iv_init();
    IV_TASK_INIT(&repeated.task);
    repeated.task.handler = run_again;
    repeated.task.cookie = &repeated;
    span_begin(&repeated.span, 64);
    iv_task_register(&repeated.task);
    iv_main();
    iv_deinit();
    return span_ns(&repeated.span);
}

static void post_again(void* cookie) {
    struct repeated* repeated = cookie;

    if (span_over(&repeated->span)) {
        iv_event_raw_unregister(&repeated->raw);
    } else {
        iv_event_raw_post(&repeated->raw);
    }
}

static double raw_self_post(void) {
    struct repeated repeated;

    iv_init();
    IV_EVENT_RAW_INIT(&repeated.raw);
    repeated.raw.handler = post_again;
    repeated.raw.cookie = &repeated;
    require(iv_event_raw_register(&repeated.raw) == 0, "iv_event_raw_register");
    span_begin(&repeated.span, 16);
    iv_event_raw_post(&repeated.raw);
    iv_main();
    iv_deinit();
    return span_ns(&repeated.span);
}

static void raise_again(void* cookie) {
    struct repeated* repeated = cookie;

    if (span_over(&repeated->span)) {
        iv_signal_unregister(&repeated->signal);
    } else {
        raise(SIGUSR1);
    }
}

static double signal_raise(void) {
    struct repeated repeated;

    iv_init();
    IV_SIGNAL_INIT(&repeated.signal);
    repeated.signal.signum = SIGUSR1;
    repeated.signal.flags = 0;
    repeated.signal.handler = raise_again;
    repeated.signal.cookie = &repeated;
    require(iv_signal_register(&repeated.signal) == 0, "iv_signal_register");
    span_begin(&repeated.span, 16);
    raise(SIGUSR1);
    iv_main();
    iv_deinit();
    return span_ns(&repeated.span);
}

const struct bench_case loop_cases[] = {
    {"task-chain", "ns", task_chain},
    {"event-raw-self-post", "ns", raw_self_post},
    {"signal-raise", "ns", signal_raise},
    {0},
};
