// Promises of iv_signal in one thread: who is called, how often, and when. For tests/ivykis.
#include "promise.h"

#include "loop_time.h"

#include <iv_event.h>
#include <iv_signal.h>
#include <pthread.h>

struct watch {
    struct iv_signal signal;
    int calls;
};

static void count(void* cookie) {
    ((struct watch*)cookie)->calls++;
}

static void count_and_quit(void* cookie) {
    count(cookie);
    iv_quit();
}

static void count_and_stop(void* cookie) {
    count(cookie);
    iv_signal_unregister(&((struct watch*)cookie)->signal);
}

static void prepare(struct watch* watch, int signum, void (*handler)(void*)) {
    FILL(*watch);
    IV_SIGNAL_INIT(&watch->signal);
    watch->signal.signum = signum;
    watch->signal.flags = 0;
    watch->signal.cookie = watch;
    watch->signal.handler = handler;
    watch->calls = 0;
}

static void start(struct watch* watch, int signum, void (*handler)(void*)) {
    prepare(watch, signum, handler);
    SAME(iv_signal_register(&watch->signal), 0);
}

static void start_exclusive(struct watch* watch, int signum, void (*handler)(void*)) {
    prepare(watch, signum, handler);
    watch->signal.flags = IV_SIGNAL_FLAG_EXCLUSIVE;
    SAME(iv_signal_register(&watch->signal), 0);
}

PROMISE(a_signal_calls_its_handler_in_the_loop_and_not_before) {
    struct watch watch;

    iv_init();
    start(&watch, SIGUSR1, count_and_quit);
    raise(SIGUSR1);
    SAME(watch.calls, 0);
    iv_main();
    SAME(watch.calls, 1);
    iv_signal_unregister(&watch.signal);
    iv_deinit();
}

// The interval timer's signal finds the loop in its wait, or about to enter it.
PROMISE(a_signal_wakes_a_loop_that_waits_and_an_interest_holds_it) {
    struct watch watch;

    iv_init();
    start(&watch, SIGALRM, count_and_stop);
    alarm_in(20);
    iv_main();
    SAME(watch.calls, 1);
    iv_deinit();
}

PROMISE(the_highest_signal_number_works) {
    struct watch watch;

    iv_init();
    start(&watch, 64, count_and_stop);
    raise(64);
    iv_main();
    SAME(watch.calls, 1);
    iv_deinit();
}

PROMISE(handler_and_cookie_are_read_when_the_signal_is_handled) {
    struct watch watch, other = {.calls = 0};

    iv_init();
    start(&watch, SIGUSR1, count);
    raise(SIGUSR1);
    watch.signal.cookie = &other;
    watch.signal.handler = count_and_quit;
    iv_main();
    SAME(other.calls, 1);
    SAME(watch.calls, 0);
    iv_signal_unregister(&watch.signal);
    iv_deinit();
}

PROMISE(all_interests_in_a_signal_are_called) {
    struct watch watches[5];

    iv_init();
    for (int index = 0; index < 5; index++) {
        start(&watches[index], SIGUSR1, count_and_stop);
    }
    raise(SIGUSR1);
    iv_main();
    for (int index = 0; index < 5; index++) {
        SAME(watches[index].calls, 1);
    }
    iv_deinit();
}

PROMISE(an_interest_is_not_called_for_another_signal) {
    struct watch one, two;

    iv_init();
    start(&one, SIGUSR1, count);
    start(&two, SIGUSR2, count);
    raise(SIGUSR2);
    run_for(20);
    SAME(one.calls, 0);
    SAME(two.calls, 1);
    iv_signal_unregister(&one.signal);
    iv_signal_unregister(&two.signal);
    iv_deinit();
}

PROMISE(a_hundred_signals_before_the_loop_runs_cause_one_call) {
    struct watch watch;

    iv_init();
    start(&watch, SIGUSR1, count);
    for (int times = 0; times < 100; times++) {
        raise(SIGUSR1);
    }
    run_for(20);
    SAME(watch.calls, 1);
    iv_signal_unregister(&watch.signal);
    iv_deinit();
}

static void raise_twice_and_stop_at_the_third_call(void* cookie) {
    struct watch* watch = cookie;

    count(watch);
    if (watch->calls == 3) {
        iv_signal_unregister(&watch->signal);
    } else {
        raise(SIGUSR1);
        raise(SIGUSR1);
    }
}

// Were the one that arrives lost, the loop would never end.
PROMISE(a_signal_that_arrives_in_the_callback_causes_another_call) {
    struct watch watch;

    iv_init();
    start(&watch, SIGUSR1, raise_twice_and_stop_at_the_third_call);
    raise(SIGUSR1);
    iv_main();
    SAME(watch.calls, 3);
    iv_deinit();
}

PROMISE(an_exclusive_interest_is_called_and_the_others_are_not) {
    struct watch before, exclusive, after;

    iv_init();
    start(&before, SIGUSR1, count);
    start_exclusive(&exclusive, SIGUSR1, count);
    start(&after, SIGUSR1, count);
    raise(SIGUSR1);
    run_for(20);
    SAME(exclusive.calls, 1);
    SAME(before.calls + after.calls, 0);
    iv_signal_unregister(&exclusive.signal);
    raise(SIGUSR1);
    run_for(20);
    SAME(exclusive.calls, 1);
    SAME(before.calls, 1);
    SAME(after.calls, 1);
    iv_deinit();
}

PROMISE(of_several_exclusive_interests_one_is_called) {
    struct watch watches[3];
    int calls = 0;

    iv_init();
    for (int index = 0; index < 3; index++) {
        start_exclusive(&watches[index], SIGUSR1, count);
    }
    raise(SIGUSR1);
    run_for(20);
    for (int index = 0; index < 3; index++) {
        calls += watches[index].calls;
        iv_signal_unregister(&watches[index].signal);
    }
    SAME(calls, 1);
    iv_deinit();
}

// Which of the two was woken is not told: so each is once the one that goes.
PROMISE(an_exclusive_interest_that_goes_before_it_ran_hands_the_signal_on) {
    struct watch watches[2];

    iv_init();
    for (int gone = 0; gone < 2; gone++) {
        start_exclusive(&watches[0], SIGUSR1, count_and_stop);
        start_exclusive(&watches[1], SIGUSR1, count_and_stop);
        raise(SIGUSR1);
        iv_signal_unregister(&watches[gone].signal);
        iv_main();
        SAME(watches[gone].calls, 0);
        SAME(watches[1 - gone].calls, 1);
    }
    iv_deinit();
}

PROMISE(an_exclusive_interest_that_goes_before_it_ran_hands_the_signal_on_to_plain_ones) {
    struct watch exclusive, one, two;

    iv_init();
    start_exclusive(&exclusive, SIGUSR1, count);
    start(&one, SIGUSR1, count_and_stop);
    start(&two, SIGUSR1, count_and_stop);
    raise(SIGUSR1);
    iv_signal_unregister(&exclusive.signal);
    iv_main();
    SAME(exclusive.calls, 0);
    SAME(one.calls, 1);
    SAME(two.calls, 1);
    iv_deinit();
}

PROMISE(unregistering_drops_a_signal_that_was_not_handled_yet) {
    struct watch gone, stays;

    iv_init();
    start(&gone, SIGUSR1, count);
    start(&stays, SIGUSR1, count);
    raise(SIGUSR1);
    iv_signal_unregister(&gone.signal);
    run_for(20);
    SAME(gone.calls, 0);
    SAME(stays.calls, 1);
    iv_signal_unregister(&stays.signal);
    iv_deinit();
}

static struct watch pair[2];

static void stop_both(void* cookie) {
    count(cookie);
    iv_signal_unregister(&pair[0].signal);
    iv_signal_unregister(&pair[1].signal);
    FILL(pair[0].signal);
    FILL(pair[1].signal);
}

// Both signals are there when the loop waits: the second must be taken out of the round.
PROMISE(a_handler_may_unregister_another_interest_that_is_due_in_the_same_round) {
    iv_init();
    start(&pair[0], SIGUSR1, stop_both);
    start(&pair[1], SIGUSR2, stop_both);
    raise(SIGUSR1);
    raise(SIGUSR2);
    iv_main();
    SAME(pair[0].calls + pair[1].calls, 1);
    iv_deinit();
}

static int freed;

static void stop_and_free(void* cookie) {
    struct watch* watch = cookie;

    iv_signal_unregister(&watch->signal);
    FILL(*watch);
    free(watch);
    freed++;
}

PROMISE(a_handler_may_unregister_and_free_its_own_interest) {
    iv_init();
    for (int times = 0; times < 2; times++) {
        struct watch* watch = malloc(sizeof *watch);

        start(watch, SIGUSR1, stop_and_free);
    }
    raise(SIGUSR1);
    iv_main();
    SAME(freed, 2);
    iv_deinit();
}

PROMISE(an_interest_can_be_registered_again) {
    struct watch watch;

    iv_init();
    prepare(&watch, SIGUSR1, count_and_stop);
    for (int times = 1; times <= 3; times++) {
        SAME(iv_signal_register(&watch.signal), 0);
        raise(SIGUSR1);
        iv_main();
        SAME(watch.calls, times);
    }
    iv_deinit();
}

static char order[8];

static void note_event(void* cookie) {
    (void)cookie;
    strcat(order, "e");
}

static void note_task(void* cookie) {
    (void)cookie;
    strcat(order, "t");
}

static void note_signal(void* cookie) {
    (void)cookie;
    strcat(order, "s");
    iv_quit();
}

static void* post(void* event) {
    iv_event_post(event);
    return NULL;
}

// The stock library handles signals with the descriptors, after events. Ours are events, and come
// in the order in which they arrived.
BETTER(a_signal_comes_after_the_tasks_and_in_its_turn_among_the_events) {
    struct watch watch;
    struct iv_event event = {.handler = note_event};
    struct iv_task task;
    pthread_t thread;

    unsetenv("IV_EXCLUDE_POLL_METHOD");
    iv_init();
    start(&watch, SIGUSR1, note_signal);
    SAME(iv_event_register(&event), 0);
    IV_TASK_INIT(&task);
    task.handler = note_task;
    raise(SIGUSR1);
    iv_task_register(&task);
    SAME(pthread_create(&thread, NULL, post, &event), 0);
    pthread_join(thread, NULL);
    iv_main();
    KEEP(strcmp(order, "tse") == 0);
    iv_event_unregister(&event);
    iv_signal_unregister(&watch.signal);
    iv_deinit();
}
