// Promises to programs that were compiled long ago, or that play with the time. For tests/ivykis.
#include "promise.h"

#include "loop_time.h"

#include <pthread.h>

// As headers before 0.40 declared them.
#undef iv_validate_now
extern void iv_validate_now(void);
extern const struct timespec* __iv_now_location(void);

static long long iv_now_in_ns(void) {
    return iv_now.tv_sec * 1000000000LL + iv_now.tv_nsec;
}

static void* show_place(void* ignored) {
    const void** place = ignored;

    iv_init();
    *place = &iv_now;
    KEEP(&iv_now == *place);
    iv_deinit();
    return NULL;
}

PROMISE(the_time_lies_at_a_place_that_does_not_change_and_is_each_threads_own) {
    const void *place, *elsewhere = NULL;
    pthread_t thread;

    iv_init();
    place = &iv_now;
    iv_invalidate_now();
    KEEP(&iv_now == place);
    run_for(1);
    KEEP(&iv_now == place);
    SAME(pthread_create(&thread, NULL, show_place, &elsewhere), 0);
    pthread_join(thread, NULL);
    KEEP(elsewhere != NULL);
    KEEP(elsewhere != place);
    KEEP(&iv_now == place);
    iv_deinit();
}

PROMISE(the_old_name_leads_to_the_same_place_and_does_not_read_the_clock) {
    long long before;

    iv_init();
    KEEP(__iv_now_location() == &iv_now);
    before = iv_now_in_ns();
    iv_invalidate_now();
    while (promise_now() == before) {
    }
    SAME(__iv_now_location()->tv_sec * 1000000000LL + __iv_now_location()->tv_nsec, before);
    KEEP(iv_now_in_ns() > before);
    iv_deinit();
}

PROMISE(validating_reads_the_clock_for_those_who_use_the_old_name) {
    long long before;

    iv_init();
    before = iv_now_in_ns();
    iv_invalidate_now();
    while (promise_now() == before) {
    }
    iv_validate_now();
    KEEP(__iv_now_location()->tv_sec * 1000000000LL + __iv_now_location()->tv_nsec > before);
    iv_deinit();
}

static int calls;

static void count_and_quit(void* ignored) {
    (void)ignored;
    calls++;
    iv_quit();
}

static void move_time(time_t seconds) {
    union {
        const struct timespec* read;
        struct timespec* written;
    } now = {.read = &iv_now};

    now.written->tv_sec += seconds;
}

// Tests of programs do that, to let hours pass. Where it does nothing, the alarm ends the wait.
PROMISE(what_is_written_to_the_time_is_what_timers_are_compared_with) {
    struct iv_timer soon, later;

    iv_init();
    start_timer(&soon, 3600000, count_and_quit, NULL);
    start_timer(&later, 3 * 3600000, count_and_quit, NULL);
    alarm_in(1000);
    move_time(2 * 3600);
    iv_main();
    SAME(calls, 1);
    SAME(iv_timer_registered(&soon), 0);
    KEEP(iv_timer_registered(&later));
    iv_timer_unregister(&later);
    iv_deinit();
}
