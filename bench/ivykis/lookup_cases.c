// The calls that look up the thread's own state, which some programs make for every message.
// Private to bench.
#include "measure.h"

#include <iv.h>

enum { calls_per_thing = 1000 };

static double look_for_loop(void) {
    struct span span;

    iv_init();
    span_begin(&span, 1);
    do {
        int found = 0;

        for (int call = 0; call < calls_per_thing; call++) {
            found += iv_inited();
        }
        require(found == calls_per_thing, "iv_inited");
    } while (!span_over(&span));
    iv_deinit();
    return span_ns(&span) / (double)calls_per_thing;
}

static void ignore(void* cookie) {
    (void)cookie;
}

static double look_at_task(void) {
    struct iv_task task;
    struct span span;

    iv_init();
    IV_TASK_INIT(&task);
    task.handler = ignore;
    iv_task_register(&task);
    span_begin(&span, 1);
    do {
        int found = 0;

        for (int call = 0; call < calls_per_thing; call++) {
            found += iv_task_registered(&task);
        }
        require(found == calls_per_thing, "iv_task_registered");
    } while (!span_over(&span));
    iv_main();
    iv_deinit();
    return span_ns(&span) / (double)calls_per_thing;
}

static double forget_time(void) {
    struct span span;

    iv_init();
    span_begin(&span, 1);
    do {
        for (int call = 0; call < calls_per_thing; call++) {
            iv_invalidate_now();
        }
    } while (!span_over(&span));
    iv_deinit();
    return span_ns(&span) / (double)calls_per_thing;
}

const struct bench_case lookup_cases[] = {
    {"iv-inited", "ns", look_for_loop},
    {"iv-task-registered", "ns", look_at_task},
    {"iv-invalidate-now", "ns", forget_time},
    {0},
};
