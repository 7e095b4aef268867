// Promises of iv_timer where times are equal, close, or of no sense. For tests/ivykis.
#include "objects.h"

#include <limits.h>

static struct iv_timer timer, second_timer;
static struct iv_fd fd;
static int ends[2];

enum { equals_max = 16 };

static struct iv_timer equals[equals_max];
static char names[equals_max][2];

static void start_equals(struct timespec moment) {
    for (int index = 0; index < equals_max; index++) {
        names[index][0] = (char)('a' + index);
        start_timer_at(&equals[index], moment, mark, names[index]);
    }
}

// L13: the stock library runs them as a, p, o, ... b.
BETTER(timers_of_equal_expiry_run_in_the_order_of_registration) {
    iv_init();
    start_equals((struct timespec){1, 0});
    iv_main();
    TRACE("abcdefghijklmnop");
    start_equals(later(2 * ms));
    iv_main();
    TRACE("abcdefghijklmnop");
    iv_deinit();
}

// L13: as above.
BETTER(a_timer_that_is_registered_again_comes_after_its_equals) {
    struct timespec moment;

    iv_init();
    moment = later(2 * ms);
    start_equals(moment);
    iv_timer_unregister(&equals[0]);
    iv_timer_unregister(&equals[7]);
    start_timer_at(&second_timer, later(ms), mark, "-");
    start_timer_at(&equals[7], moment, mark, names[7]);
    start_timer_at(&equals[0], moment, mark, names[0]);
    start_timer_at(&timer, later(3 * ms), mark, "+");
    iv_main();
    TRACE("-bcdefgijklmnopha+");
    iv_deinit();
}

// L13: as above, with many, of which some fall together by chance.
BETTER(timers_of_equal_expiry_keep_their_order_among_many) {
    enum { count = 5000 };
    static struct iv_timer many[count];
    static char texts[2][2] = {"0", "1"};
    unsigned short seed[3] = {1, 2, 3};

    iv_init();
    // Each of the pairs has a time of its own, and they are registered in no order.
    for (int half = 0; half < 2; half++) {
        for (int index = half; index < count; index += 2) {
            start_timer_at(&many[index], (struct timespec){0, index / 2 * 7919 % 1000}, mark, "");
        }
    }
    for (int index = 0; index < count; index++) {
        if (nrand48(seed) % 4 != 0) {
            iv_timer_unregister(&many[index]);
        }
    }
    for (int index = 0; index < 500; index++) {
        if (!iv_timer_registered(&many[index])) {
            start_timer_at(&many[index], (struct timespec){2, 0}, mark, texts[0]);
        }
    }
    for (int index = 500; index < 1000; index++) {
        if (!iv_timer_registered(&many[index])) {
            start_timer_at(&many[index], (struct timespec){2, 0}, mark, texts[1]);
        }
    }
    iv_main();
    KEEP(strstr(trace, "10") == NULL);
    KEEP(strchr(trace, '0') != NULL && strchr(trace, '1') != NULL);
    iv_deinit();
}

static struct timespec moment_of_again;

static void run_again(void* left) {
    mark(".");
    if (--*(int*)left > 0) {
        start_timer_at(&timer, moment_of_again, run_again, left);
    }
}

// B10: the stock library aborts when such a time was the earliest one at five waits.
BETTER(a_timer_before_time_zero_may_go_on) {
    const struct timespec moments[] = {{-1, 0},  {-1000000, 999999999}, {0, -1},
                                       {-1, -1}, {LONG_MIN, 0},         {LONG_MIN, LONG_MIN}};

    iv_init();
    for (size_t index = 0; index < sizeof moments / sizeof moments[0]; index++) {
        int left = 20;

        moment_of_again = moments[index];
        start_timer_at(&timer, moment_of_again, run_again, &left);
        iv_main();
        TRACE("....................");
    }
    iv_deinit();
}

// When the timer below is due, as a number of nanoseconds.
static long long due_at;

static void is_not_early(void* cookie) {
    mark(cookie);
    KEEP(promise_now() >= due_at);
}

static void wake_the_loop(void* left) {
    if (--*(int*)left == 0) {
        iv_fd_unregister(&fd);
    }
}

static void wake_and_quit(void* left) {
    wake_the_loop(left);
    if (*(int*)left == 0) {
        iv_quit();
    }
}

// Has the loop wait for 20 ms, given as that many seconds too few and nanoseconds too many. At
// first it waits often, as a descriptor is ready.
static void wait_for(int seconds) {
    struct timespec moment;
    int left = 20;

    iv_invalidate_now();
    moment = later(20 * ms);
    due_at = moment.tv_sec * 1000000000LL + moment.tv_nsec;
    moment.tv_sec -= seconds;
    moment.tv_nsec += seconds * 1000000000L;
    start_reader(&fd, ends[0], wake_the_loop, &left);
    start_timer_at(&timer, moment, is_not_early, "odd ");
    start_timer(&second_timer, 60 * ms, mark, "even ");
    iv_main();
    TRACE("odd even ");
}

// B10: the stock library aborts by the fifth wait or at once, or runs the handler too early.
BETTER(a_timer_with_too_many_nanoseconds_runs_in_time) {
    iv_init();
    open_pipe(ends, 1);
    wait_for(1);
    wait_for(5);
    iv_deinit();
}

// B10: the stock library aborts, or waits for ever.
BETTER(a_timer_with_negative_nanoseconds_runs_in_time) {
    iv_init();
    open_pipe(ends, 1);
    wait_for(-1);
    wait_for(-5);
    iv_deinit();
}

// B10: the stock library aborts by the fifth wait or at once.
BETTER(a_timer_beyond_all_times_disturbs_nothing) {
    int left = 20;

    iv_init();
    open_pipe(ends, 1);
    start_timer_at(&timer, (struct timespec){LONG_MAX, LONG_MAX}, never, NULL);
    start_reader(&fd, ends[0], wake_and_quit, &left);
    iv_main();
    SAME(left, 0);
    start_timer(&second_timer, 5 * ms, mark_and_quit, "even ");
    iv_main();
    TRACE("even ");
    iv_deinit();
}

// B10: the stock library compares seconds first, whatever the nanoseconds are.
BETTER(unnormalised_times_are_ordered_by_what_they_amount_to) {
    struct iv_timer timers[4];

    iv_init();
    start_timer_at(&timers[0], (struct timespec){1, 4000000000}, mark, "5 ");
    start_timer_at(&timers[1], (struct timespec){4, 0}, mark, "4 ");
    start_timer_at(&timers[2], (struct timespec){9, -3000000000}, mark, "6 ");
    start_timer_at(&timers[3], (struct timespec){7, 0}, mark, "7 ");
    iv_main();
    TRACE("4 5 6 7 ");
    iv_deinit();
}

static void note_lateness(void* least) {
    long long late = promise_now() - timer.expires.tv_sec * 1000000000LL - timer.expires.tv_nsec;

    if (late < *(long long*)least) {
        *(long long*)least = late;
    }
}

// F9: the stock library of version 0.42.4 counts in milliseconds, rounded up: it is late by the
// rest of one. So is poll() itself, but for that the method poll may not be blamed.
BETTER(a_timer_is_not_late_by_the_rest_of_a_millisecond) {
    long long least = 1000 * ms;

    iv_init();
    for (int turn = 0; turn < 50; turn++) {
        iv_invalidate_now();
        start_timer(&timer, ms / 10, note_lateness, &least);
        iv_main();
    }
    KEEP(least < ms / 2 || strcmp(iv_poll_method_name(), "poll") == 0);
    iv_deinit();
}
