// Promises of iv_event within one thread: what posts amount to, in which order events run, and what
// their handlers may do. For tests/ivykis.
#include "objects.h"

static struct iv_event event, second_event, third_event;
static struct iv_task task, second_task;
static struct iv_timer timer;
static struct iv_fd fd;
static int calls, ends[2];

static void count_and_quit(void* cookie) {
    (void)cookie;
    calls++;
    iv_quit();
}

PROMISE(a_posted_event_is_delivered_once) {
    iv_init();
    start_event(&event, count_and_quit, NULL);
    iv_event_post(&event);
    iv_event_post(&event);
    iv_main();
    SAME(calls, 1);
    one_turn();
    SAME(calls, 1);
    iv_event_unregister(&event);
    iv_deinit();
}

PROMISE(posts_before_the_handler_runs_are_one_call) {
    iv_init();
    start_event(&event, count_and_quit, NULL);
    for (int round = 1; round <= 3; round++) {
        for (int post = 0; post < 1000; post++) {
            iv_event_post(&event);
        }
        iv_main();
        one_turn();
        SAME(calls, round);
    }
    iv_deinit();
}

PROMISE(an_event_that_is_not_posted_is_not_delivered) {
    iv_init();
    start_event(&event, never, NULL);
    start_event(&second_event, mark, "second ");
    iv_event_post(&second_event);
    one_turn();
    TRACE("second ");
    iv_deinit();
}

PROMISE(events_run_in_the_order_in_which_they_were_first_posted) {
    iv_init();
    start_event(&event, mark, "1 ");
    start_event(&second_event, mark, "2 ");
    start_event(&third_event, mark, "3 ");
    iv_event_post(&third_event);
    iv_event_post(&event);
    iv_event_post(&third_event);
    iv_event_post(&second_event);
    iv_event_post(&event);
    one_turn();
    TRACE("3 1 2 ");
    iv_event_post(&second_event);
    iv_event_post(&third_event);
    iv_event_post(&event);
    one_turn();
    TRACE("2 3 1 ");
    iv_deinit();
}

static void start_readable(void) {
    open_pipe(ends, 1);
    start_reader(&fd, ends[0], mark_and_quit, "fd ");
}

static void post_itself(void* cookie) {
    mark(cookie);
    iv_event_post(&event);
}

PROMISE(an_event_that_posts_itself_leaves_descriptors_their_turn) {
    iv_init();
    start_readable();
    start_event(&event, post_itself, "event ");
    iv_event_post(&event);
    iv_main();
    iv_main();
    TRACE("event fd event event fd event ");
    iv_deinit();
}

static void post_the_others(void* cookie) {
    mark(cookie);
    iv_event_post(&second_event);
    iv_event_post(&third_event);
}

PROMISE(a_post_made_while_a_batch_runs_belongs_to_the_next) {
    iv_init();
    start_readable();
    start_event(&event, post_the_others, "1 ");
    start_event(&second_event, mark, "2 ");
    start_event(&third_event, post_itself, "3 ");
    iv_event_post(&event);
    iv_event_post(&third_event);
    iv_main();
    // The third was pending already, so posting it again was nothing.
    TRACE("1 3 fd 2 1 ");
    iv_deinit();
}

PROMISE(an_event_that_the_own_thread_posts_runs_among_the_tasks) {
    iv_init();
    start_readable();
    start_event(&event, mark, "event ");
    start_task(&task, mark, "task1 ");
    iv_event_post(&event);
    start_task(&second_task, mark, "task2 ");
    iv_main();
    TRACE("task1 event task2 fd ");
    iv_deinit();
}

PROMISE(an_event_that_a_task_posts_runs_before_the_loop_waits) {
    iv_init();
    start_readable();
    start_event(&event, mark, "event ");
    start_task(&task, post_itself, "task1 ");
    start_task(&second_task, mark, "task2 ");
    iv_main();
    TRACE("task1 task2 event fd ");
    iv_deinit();
}

static void post_itself_and_unregister_fd(void* cookie) {
    post_itself(cookie);
    iv_fd_unregister(&fd);
}

PROMISE(an_event_that_a_descriptor_posts_runs_before_the_loop_sleeps) {
    iv_init();
    start_readable();
    iv_fd_set_handler_in(&fd, post_itself_and_unregister_fd);
    start_event(&event, mark_and_quit, "event ");
    iv_main();
    TRACE("fd event ");
    iv_deinit();
}

PROMISE(unregistering_drops_what_was_posted) {
    iv_init();
    start_event(&event, never, NULL);
    start_event(&second_event, mark, "second ");
    iv_event_post(&event);
    iv_event_post(&second_event);
    iv_event_unregister(&event);
    one_turn();
    TRACE("second ");
    start_event(&event, never, NULL);
    one_turn();
    // Once registered anew it is as good as any.
    event.handler = mark;
    event.cookie = "event ";
    iv_event_post(&event);
    one_turn();
    TRACE("event ");
    iv_deinit();
}

PROMISE(what_was_posted_outlives_the_end_of_iv_main) {
    iv_init();
    start_event(&event, mark, "event ");
    start_task(&task, quit, NULL);
    start_task(&second_task, post_itself, "task ");
    iv_main();
    TRACE("task event ");
    iv_event_post(&event);
    one_turn();
    TRACE("event ");
    iv_deinit();
}

PROMISE(cookie_and_handler_of_an_event_are_read_at_the_time_of_the_call) {
    iv_init();
    start_event(&event, never, NULL);
    iv_event_post(&event);
    event.cookie = "event ";
    event.handler = mark;
    one_turn();
    TRACE("event ");
    iv_deinit();
}

// IV_EVENT_INIT does nothing, so iv_event_register() is handed whatever the memory held: here, what
// looks like an event that is registered, posted, or neither.
PROMISE(an_event_may_be_made_of_any_memory) {
    struct iv_event rubbish;

    iv_init();
    start_event(&event, mark, "event ");
    start_event(&second_event, mark, "second ");
    iv_event_post(&second_event);
    for (int kind = 0; kind < 5; kind++) {
        const struct iv_event* const like[] = {&event, &second_event};

        if (kind < 2) {
            memcpy(&rubbish, like[kind], sizeof rubbish);
        } else {
            memset(&rubbish, kind == 2 ? 0 : kind == 3 ? 0xFF : 0x5A, sizeof rubbish);
        }
        IV_EVENT_INIT(&rubbish);
        rubbish.cookie = "rubbish ";
        rubbish.handler = mark;
        SAME(iv_event_register(&rubbish), 0);
        iv_event_post(&rubbish);
        one_turn();
        TRACE(kind == 0 ? "second rubbish " : "rubbish ");
        iv_event_unregister(&rubbish);
        iv_event_post(&event);
        one_turn();
        TRACE("event ");
        iv_event_post(&second_event);
        one_turn();
        TRACE("second ");
    }
    iv_deinit();
}

PROMISE(events_need_one_descriptor_together) {
    static struct iv_event many[100];
    int before;

    iv_init();
    before = promise_open_descriptors();
    for (int round = 0; round < 3; round++) {
        for (int index = 0; index < 100; index++) {
            start_event(&many[index], mark_and_quit, "");
        }
        KEEP(promise_open_descriptors() <= before + 1);
        iv_event_post(&many[99]);
        iv_main();
        for (int index = 0; index < 100; index++) {
            iv_event_unregister(&many[index]);
        }
        SAME(promise_open_descriptors(), before);
    }
    iv_main();
    iv_deinit();
}

static struct iv_event* own[4];

static void take_away(int index) {
    iv_event_unregister(own[index]);
    VANISH(own[index]);
    own[index] = NULL;
}

static void take_away_own(void* cookie) {
    mark(cookie);
    take_away(*(char*)cookie - '0');
}

static void take_away_next(void* cookie) {
    mark(cookie);
    take_away(*(char*)cookie - '0' + 1);
}

static void take_away_previous(void* cookie) {
    mark(cookie);
    take_away(*(char*)cookie - '0' - 1);
}

static void take_away_all(void* cookie) {
    mark(cookie);
    for (int index = 0; index < 4; index++) {
        take_away(index);
    }
}

// Has four posted events, and runs one turn.
static void run_four(void (*first)(void*), void (*second)(void*), void (*third)(void*)) {
    static char names[4][4] = {"0 ", "1 ", "2 ", "3 "};
    void (*const handlers[])(void*) = {first, second, third, mark};

    iv_init();
    for (int index = 0; index < 4; index++) {
        own[index] = APPEAR(struct iv_event);
        start_event(own[index], handlers[index], names[index]);
        iv_event_post(own[index]);
    }
    one_turn();
    for (int index = 0; index < 4; index++) {
        if (own[index] != NULL) {
            take_away(index);
        }
    }
    iv_main();
    iv_deinit();
}

// syslog-ng #1672: the second of these ended in a crash.
PROMISE(a_handler_may_unregister_and_free_posted_events) {
    run_four(take_away_own, take_away_own, mark);
    TRACE("0 1 2 3 ");
    run_four(take_away_next, never, mark);
    TRACE("0 2 3 ");
    run_four(mark, take_away_previous, take_away_next);
    TRACE("0 1 2 ");
    run_four(mark, take_away_all, never);
    TRACE("0 1 ");
    run_four(take_away_all, never, never);
    TRACE("0 ");
}

PROMISE(an_event_may_be_freed_in_the_handlers_of_other_objects) {
    static char names[3][8] = {"0 timer", "1 task", "2 fd"};

    iv_init();
    open_pipe(ends, 1);
    for (int index = 0; index < 3; index++) {
        own[index] = APPEAR(struct iv_event);
        start_event(own[index], never, NULL);
    }
    start_timer(&timer, 0, take_away_own, names[0]);
    // The task comes first, as events run where the first of them was posted among the tasks.
    start_task(&task, take_away_own, names[1]);
    iv_event_post(own[0]);
    iv_event_post(own[1]);
    start_reader(&fd, ends[0], take_away_own, names[2]);
    one_turn();
    TRACE("0 timer1 task2 fd");
    iv_deinit();
}

static void register_again(void* cookie) {
    mark(cookie);
    iv_event_unregister(&event);
    start_event(&event, mark, "again ");
    iv_event_post(&event);
}

PROMISE(an_event_may_be_registered_again_in_its_own_handler) {
    iv_init();
    start_event(&event, register_again, "event ");
    iv_event_post(&event);
    one_turn();
    one_turn();
    TRACE("event again ");
    iv_event_unregister(&event);
    iv_main();
    iv_deinit();
}
