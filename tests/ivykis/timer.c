// Promises of iv_timer: when a timer runs, in which order, and what handlers may do to timers. For
// tests/ivykis.
#include "objects.h"

#include <limits.h>

static struct iv_timer timer, second_timer, third_timer;
static struct iv_task task;
static struct iv_fd fd;
static int ends[2];

PROMISE(a_timer_is_registered_from_register_to_its_handler) {
    iv_init();
    FILL(timer);
    IV_TIMER_INIT(&timer);
    SAME(iv_timer_registered(&timer), 0);
    start_timer(&timer, 3600 * 1000 * ms, never, NULL);
    SAME(iv_timer_registered(&timer) != 0, 1);
    one_turn();
    SAME(iv_timer_registered(&timer) != 0, 1);
    iv_timer_unregister(&timer);
    SAME(iv_timer_registered(&timer), 0);
    start_timer(&timer, 0, mark, "timer ");
    SAME(iv_timer_registered(&timer) != 0, 1);
    iv_main();
    TRACE("timer ");
    SAME(iv_timer_registered(&timer), 0);
    iv_deinit();
}

static void* is_registered(void* unused) {
    SAME(iv_timer_registered(&timer) != 0, 1);
    return unused;
}

PROMISE(whether_a_timer_is_registered_may_be_asked_in_any_thread) {
    iv_init();
    start_timer(&timer, 3600 * 1000 * ms, never, NULL);
    in_a_thread(is_registered, NULL);
    iv_deinit();
}

static void see_it_unregistered(void* cookie) {
    mark(cookie);
    SAME(iv_timer_registered(&timer), 0);
}

PROMISE(a_timer_runs_once_and_is_unregistered_before) {
    iv_init();
    start_timer(&second_timer, 10 * ms, mark, "end ");
    start_timer(&timer, 2 * ms, see_it_unregistered, "timer ");
    iv_main();
    TRACE("timer end ");
    iv_deinit();
}

static void see_that_it_is_due(void* cookie) {
    struct iv_timer* due = (struct iv_timer*)cookie;

    mark("due ");
    KEEP(promise_now() >= due->expires.tv_sec * 1000000000LL + due->expires.tv_nsec);
}

PROMISE(a_timer_never_runs_early) {
    struct iv_timer timers[20];

    iv_init();
    for (int index = 0; index < 20; index++) {
        // Fractions of a millisecond, too, as a wait that counts those might round down.
        start_timer(&timers[index], index * ms + index * 51037, see_that_it_is_due, &timers[index]);
    }
    iv_main();
    KEEP(strlen(trace) == strlen("due ") * 20);
    iv_deinit();
}

static void wait_again(void* left) {
    see_that_it_is_due(&timer);
    if (--*(int*)left > 0) {
        start_timer(&timer, 1234567, wait_again, left);
    }
}

// The stock library hands a time over to the kernel in another way when it met it at five waits.
PROMISE(a_timer_that_is_waited_for_often_never_runs_early) {
    int left = 10;
    struct timespec moment;

    iv_init();
    wait_again(&left);
    iv_main();
    moment = later(20 * ms);
    start_timer_at(&timer, moment, see_that_it_is_due, &timer);
    for (int turn = 0; turn < 20; turn++) {
        start_timer(&second_timer, turn % 2 * ms / 2, mark_and_quit, "");
        iv_main();
    }
    iv_main();
    KEEP(promise_now() >= moment.tv_sec * 1000000000LL + moment.tv_nsec);
    iv_deinit();
}

// Upstream #11 took the time zero for "no timer", and stood still.
PROMISE(a_timer_in_the_past_runs_at_once) {
    const struct timespec moments[] = {{0, 0}, {0, 1}, {1, 0}, {-1, 0}, {LONG_MIN, 0}};

    iv_init();
    for (size_t index = 0; index < sizeof moments / sizeof moments[0]; index++) {
        start_timer_at(&timer, moments[index], mark, "past ");
        iv_main();
        TRACE("past ");
    }
    iv_deinit();
}

static void wake_again(void* left) {
    if (--*(int*)left == 0) {
        iv_quit();
    }
}

PROMISE(a_timer_that_is_never_due_disturbs_nothing) {
    int left = 20;

    iv_init();
    open_pipe(ends, 1);
    start_timer_at(&timer, (struct timespec){LONG_MAX, 999999999}, never, NULL);
    start_timer(&second_timer, 3 * ms, mark_and_quit, "due ");
    iv_main();
    TRACE("due ");
    start_reader(&fd, ends[0], wake_again, &left);
    iv_main();
    SAME(left, 0);
    iv_deinit();
}

PROMISE(cookie_and_handler_of_a_timer_may_change_while_it_is_registered) {
    iv_init();
    start_timer(&timer, 100 * ms, never, NULL);
    one_turn();
    timer.cookie = "timer ";
    timer.handler = mark;
    iv_main();
    TRACE("timer ");
    iv_deinit();
}

static void change_the_second(void* unused) {
    (void)unused;
    second_timer.cookie = "second ";
    second_timer.handler = mark;
}

PROMISE(cookie_and_handler_of_a_timer_may_change_when_it_is_already_due) {
    iv_init();
    start_timer_at(&timer, (struct timespec){1, 0}, change_the_second, NULL);
    start_timer_at(&second_timer, (struct timespec){2, 0}, never, NULL);
    iv_main();
    TRACE("second ");
    iv_deinit();
}

PROMISE(due_timers_run_in_order_of_expiry) {
    iv_init();
    start_timer_at(&second_timer, (struct timespec){2, 0}, mark, "second ");
    start_timer_at(&third_timer, (struct timespec){2, 1}, mark, "third ");
    start_timer_at(&timer, (struct timespec){1, 999999999}, mark, "first ");
    iv_main();
    TRACE("first second third ");
    iv_deinit();
}

enum { timers_max = 100000 };

static struct iv_timer many[timers_max];
static struct timespec last;
static int ran;

static void see_order(void* cookie) {
    struct timespec expires = ((struct iv_timer*)cookie)->expires;

    KEEP(expires.tv_sec > last.tv_sec ||
         (expires.tv_sec == last.tv_sec && expires.tv_nsec >= last.tv_nsec));
    last = expires;
    ran++;
}

PROMISE(any_number_of_timers_runs_in_order) {
    unsigned short seed[3] = {1, 2, 3};
    int left = 0;

    iv_init();
    for (int index = 0; index < timers_max; index++) {
        struct timespec moment = {nrand48(seed) % 3, nrand48(seed) % 1000000000};

        start_timer_at(&many[index], moment, see_order, &many[index]);
    }
    for (int index = 0; index < timers_max; index++) {
        if (nrand48(seed) % 3 == 0) {
            iv_timer_unregister(&many[index]);
            many[index].handler = never;
        } else {
            left++;
        }
    }
    iv_main();
    SAME(ran, left);
    iv_deinit();
}

static void unregister_the_second(void* cookie) {
    mark(cookie);
    SAME(iv_timer_registered(&second_timer) != 0, 1);
    iv_timer_unregister(&second_timer);
    SAME(iv_timer_registered(&second_timer), 0);
}

// Upstream 341ddb9 counted a due timer down twice; then the third would not be waited for.
PROMISE(a_due_timer_may_be_unregistered_before_it_runs) {
    iv_init();
    start_timer_at(&timer, (struct timespec){1, 0}, unregister_the_second, "first ");
    start_timer_at(&second_timer, (struct timespec){2, 0}, never, NULL);
    start_timer(&third_timer, 5 * ms, mark, "third ");
    iv_main();
    TRACE("first third ");
    iv_deinit();
}

static void move_the_second(void* cookie) {
    unregister_the_second(cookie);
    start_timer(&second_timer, 2 * ms, mark, "second ");
}

PROMISE(a_due_timer_may_be_put_off_before_it_runs) {
    iv_init();
    start_timer_at(&timer, (struct timespec){1, 0}, move_the_second, "first ");
    start_timer_at(&second_timer, (struct timespec){2, 0}, never, NULL);
    start_timer_at(&third_timer, (struct timespec){3, 0}, mark, "third ");
    iv_main();
    TRACE("first third second ");
    iv_deinit();
}

static void run_again_in_the_past(void* left) {
    mark("timer ");
    if (--*(int*)left > 0) {
        start_timer_at(&timer, (struct timespec){1, 0}, run_again_in_the_past, left);
    } else {
        iv_fd_unregister(&fd);
    }
}

static void run_again_as_task(void* unused) {
    mark("task ");
    if (iv_timer_registered(&timer)) {
        start_task(&task, run_again_as_task, unused);
    }
}

PROMISE(a_timer_that_goes_on_in_the_past_lets_tasks_and_descriptors_run) {
    int left = 3;

    iv_init();
    open_pipe(ends, 1);
    start_timer_at(&timer, (struct timespec){1, 0}, run_again_in_the_past, &left);
    start_task(&task, run_again_as_task, NULL);
    start_reader(&fd, ends[0], mark, "fd ");
    iv_main();
    TRACE("timer task fd timer task fd timer task ");
    iv_deinit();
}

static void register_twice(void) {
    iv_init();
    start_timer(&timer, 3600 * 1000 * ms, mark, "");
    iv_timer_register(&timer);
}

static void unregister_unregistered(void) {
    iv_init();
    IV_TIMER_INIT(&timer);
    iv_timer_unregister(&timer);
}

static void unregister_in_handler(void* unused) {
    (void)unused;
    iv_timer_unregister(&timer);
}

static void unregister_while_it_runs(void) {
    iv_init();
    start_timer(&timer, 0, unregister_in_handler, NULL);
    iv_main();
}

static void register_the_second_again(void* unused) {
    (void)unused;
    iv_timer_register(&second_timer);
}

static void register_while_due(void) {
    iv_init();
    start_timer_at(&timer, (struct timespec){1, 0}, register_the_second_again, NULL);
    start_timer_at(&second_timer, (struct timespec){2, 0}, mark, "");
    iv_main();
}

PROMISE(a_timer_that_is_used_out_of_turn_aborts) {
    KEEP(promise_aborts(register_twice));
    KEEP(promise_aborts(unregister_unregistered));
    KEEP(promise_aborts(unregister_while_it_runs));
    KEEP(promise_aborts(register_while_due));
}

static struct iv_timer *own, *other;

static void take_away_own(void* cookie) {
    mark(cookie);
    VANISH(own);
}

static void take_away_other(void* cookie) {
    mark(cookie);
    iv_timer_unregister(other);
    VANISH(other);
}

PROMISE(a_timer_may_be_freed_in_its_own_handler_and_in_that_of_another) {
    iv_init();
    own = APPEAR(struct iv_timer);
    other = APPEAR(struct iv_timer);
    start_timer_at(&timer, (struct timespec){1, 0}, take_away_other, "first ");
    start_timer_at(other, (struct timespec){2, 0}, never, NULL);
    start_timer_at(own, (struct timespec){3, 0}, take_away_own, "own ");
    iv_main();
    TRACE("first own ");
    other = APPEAR(struct iv_timer);
    start_timer(other, ms, never, NULL);
    start_timer(&timer, 0, take_away_other, "first ");
    start_timer(&second_timer, 3 * ms, mark, "second ");
    iv_main();
    TRACE("first second ");
    iv_deinit();
}

PROMISE(a_timer_may_be_freed_in_the_handlers_of_other_objects) {
    struct iv_event event;

    iv_init();
    open_pipe(ends, 1);
    start_event(&event, never, NULL);
    for (int kind = 0; kind < 3; kind++) {
        other = APPEAR(struct iv_timer);
        start_timer(other, 3600 * 1000 * ms, never, NULL);
        if (kind == 0) {
            start_task(&task, take_away_other, "task ");
        } else if (kind == 1) {
            event.handler = take_away_other;
            event.cookie = "event ";
            iv_event_post(&event);
        } else {
            start_reader(&fd, ends[0], take_away_other, "fd ");
        }
        one_turn();
    }
    TRACE("task event fd ");
    iv_deinit();
}
