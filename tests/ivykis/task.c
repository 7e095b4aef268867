// Promises of iv_task: each runs once before the loop sleeps, in order, and when one that a task
// registers is due. For tests/ivykis.
#include "objects.h"

static struct iv_task task, second_task, third_task;
static struct iv_timer timer;
static struct iv_event event;
static struct iv_fd fd;
static int ends[2];

PROMISE(a_task_is_registered_from_register_to_its_handler) {
    FILL(task);
    IV_TASK_INIT(&task);
    SAME(iv_task_registered(&task), 0);
    iv_init();
    start_task(&task, never, NULL);
    SAME(iv_task_registered(&task) != 0, 1);
    iv_task_unregister(&task);
    SAME(iv_task_registered(&task), 0);
    start_task(&task, mark, "task ");
    iv_main();
    TRACE("task ");
    SAME(iv_task_registered(&task), 0);
    iv_deinit();
}

static void* is_registered(void* unused) {
    SAME(iv_task_registered(&task) != 0, 1);
    return unused;
}

PROMISE(whether_a_task_is_registered_may_be_asked_in_any_thread) {
    iv_init();
    start_task(&task, never, NULL);
    in_a_thread(is_registered, NULL);
    iv_deinit();
}

static void see_it_unregistered(void* cookie) {
    mark(cookie);
    SAME(iv_task_registered(&task), 0);
}

PROMISE(a_task_runs_once_and_is_unregistered_before) {
    iv_init();
    start_task(&task, see_it_unregistered, "task ");
    one_turn();
    one_turn();
    iv_main();
    TRACE("task ");
    iv_deinit();
}

PROMISE(tasks_run_in_the_order_of_registration) {
    static struct iv_task many[26];
    static char names[26][2];

    iv_init();
    for (int index = 0; index < 26; index++) {
        names[index][0] = (char)('a' + index);
        start_task(&many[index], mark, names[index]);
    }
    // One that is registered again goes to the end.
    iv_task_unregister(&many[0]);
    start_task(&many[0], mark, "A");
    iv_main();
    TRACE("bcdefghijklmnopqrstuvwxyzA");
    iv_deinit();
}

PROMISE(any_number_of_tasks_may_be_registered) {
    enum { count = 100000 };
    static struct iv_task many[count];

    iv_init();
    for (int index = 0; index < count - 1; index++) {
        start_task(&many[index], mark, "");
    }
    start_task(&many[count - 1], mark, "last ");
    iv_main();
    TRACE("last ");
    SAME(iv_task_registered(&many[0]), 0);
    iv_deinit();
}

PROMISE(cookie_and_handler_of_a_task_may_change_while_it_is_registered) {
    iv_init();
    start_task(&task, never, NULL);
    task.cookie = "task ";
    task.handler = mark;
    iv_main();
    TRACE("task ");
    iv_deinit();
}

static void change_the_second(void* cookie) {
    mark(cookie);
    second_task.cookie = "changed ";
    second_task.handler = mark;
}

PROMISE(cookie_and_handler_of_a_task_may_change_while_tasks_run) {
    iv_init();
    start_task(&task, change_the_second, "first ");
    start_task(&second_task, never, NULL);
    iv_main();
    TRACE("first changed ");
    iv_deinit();
}

static void begin_with_readable(void) {
    iv_init();
    open_pipe(ends, 1);
    start_reader(&fd, ends[0], mark_and_quit, "fd ");
    IV_TASK_INIT(&second_task);
    second_task.cookie = "second ";
    second_task.handler = mark;
}

static void register_the_second(void* cookie) {
    mark(cookie);
    iv_task_register(&second_task);
}

// The epoch rule, since 0.40.
PROMISE(a_task_that_did_not_run_yet_joins_the_phase_in_which_it_is_registered) {
    begin_with_readable();
    start_task(&task, register_the_second, "first ");
    start_task(&third_task, mark, "third ");
    iv_main();
    TRACE("first third second fd ");
    // What ran in an earlier phase did not yet run in this one.
    start_task(&task, register_the_second, "first ");
    iv_main();
    TRACE("first second fd ");
    iv_deinit();
}

static void start_the_second(void* cookie) {
    mark(cookie);
    start_task(&second_task, mark, "second ");
}

// A program that makes a new task in each task would else keep the loop from all the rest.
PROMISE(a_task_that_is_initialised_by_another_waits_for_the_next_phase) {
    begin_with_readable();
    start_task(&task, start_the_second, "first ");
    start_task(&third_task, mark, "third ");
    iv_main();
    TRACE("first third fd second ");
    start_task(&task, start_the_second, "first ");
    iv_main();
    TRACE("first fd second ");
    iv_deinit();
}

static void initialise_the_second(void* cookie) {
    mark(cookie);
    IV_TASK_INIT(&second_task);
}

PROMISE(a_task_that_a_timer_initialises_joins_the_phase_that_follows) {
    begin_with_readable();
    start_timer(&timer, 0, initialise_the_second, "timer ");
    start_task(&task, register_the_second, "first ");
    iv_main();
    TRACE("timer first second fd ");
    iv_deinit();
}

static void start_itself(void* left) {
    mark("task ");
    if (--*(int*)left > 0) {
        start_task(&task, start_itself, left);
    }
}

PROMISE(a_task_that_ran_already_waits_for_the_next_phase) {
    int left = 2;

    begin_with_readable();
    start_task(&task, start_itself, &left);
    start_task(&third_task, mark, "third ");
    iv_main();
    TRACE("task third fd task ");
    iv_deinit();
}

static void register_the_first_and_second(void* cookie) {
    mark(cookie);
    iv_task_register(&task);
    iv_task_register(&second_task);
}

PROMISE(a_task_that_ran_already_waits_also_if_another_registers_it) {
    begin_with_readable();
    start_task(&task, mark, "first ");
    start_task(&third_task, register_the_first_and_second, "third ");
    iv_main();
    // The second, which did not run yet, passes it.
    TRACE("first third second fd first ");
    iv_deinit();
}

static void register_both(void* cookie) {
    mark(cookie);
    if (!iv_task_registered(&task)) {
        iv_task_register(&task);
    }
    if (!iv_task_registered(&second_task)) {
        iv_task_register(&second_task);
    }
}

// Tasks that go on for ever leave the loop its turns.
PROMISE(tasks_that_register_each_other_do_not_keep_the_loop_from_the_rest) {
    begin_with_readable();
    second_task.handler = register_both;
    start_task(&task, register_both, "first ");
    iv_main();
    TRACE("first second fd first second ");
    iv_deinit();
}

static void unregister_the_second(void* cookie) {
    mark(cookie);
    SAME(iv_task_registered(&second_task) != 0, 1);
    iv_task_unregister(&second_task);
    SAME(iv_task_registered(&second_task), 0);
}

PROMISE(a_task_may_be_unregistered_by_another_of_its_phase) {
    iv_init();
    start_task(&task, unregister_the_second, "first ");
    start_task(&second_task, never, NULL);
    start_task(&third_task, mark, "third ");
    iv_main();
    TRACE("first third ");
    iv_deinit();
}

static void move_the_second(void* cookie) {
    unregister_the_second(cookie);
    start_task(&second_task, mark, "second ");
}

PROMISE(a_task_may_be_moved_to_the_end_by_another_of_its_phase) {
    iv_init();
    start_task(&task, move_the_second, "first ");
    start_task(&second_task, never, NULL);
    start_task(&third_task, mark, "third ");
    iv_main();
    TRACE("first third second ");
    iv_deinit();
}

static struct iv_task *own, *other;

static void take_away_own(void* cookie) {
    mark(cookie);
    VANISH(own);
}

static void take_away_other(void* cookie) {
    mark(cookie);
    iv_task_unregister(other);
    VANISH(other);
}

PROMISE(a_task_may_be_freed_in_its_own_handler_and_in_that_of_another) {
    iv_init();
    own = APPEAR(struct iv_task);
    other = APPEAR(struct iv_task);
    start_task(&task, take_away_other, "first ");
    start_task(own, take_away_own, "own ");
    start_task(other, never, NULL);
    start_task(&third_task, mark, "third ");
    iv_main();
    TRACE("first own third ");
    iv_deinit();
}

PROMISE(a_task_may_be_freed_in_a_timer_before_it_runs) {
    iv_init();
    other = APPEAR(struct iv_task);
    start_task(&task, mark, "first ");
    start_task(other, never, NULL);
    start_task(&third_task, mark, "third ");
    start_timer(&timer, 0, take_away_other, "timer ");
    iv_main();
    TRACE("timer first third ");
    iv_deinit();
}

static void start_and_free_a_task(void* cookie) {
    mark(cookie);
    other = APPEAR(struct iv_task);
    start_task(other, never, NULL);
    start_task(&third_task, mark_and_quit, "third ");
    iv_task_unregister(other);
    VANISH(other);
}

PROMISE(a_task_may_be_freed_in_an_event_and_in_a_descriptor) {
    iv_init();
    start_event(&event, start_and_free_a_task, "event ");
    in_a_thread(post_event, &event);
    iv_main();
    TRACE("event third ");
    open_pipe(ends, 1);
    start_reader(&fd, ends[0], start_and_free_a_task, "fd ");
    iv_main();
    TRACE("fd third ");
    iv_deinit();
}

static void register_the_first(void* cookie) {
    mark(cookie);
    start_task(&task, mark, "task ");
}

PROMISE(a_task_registered_by_a_timer_runs_in_the_same_turn) {
    begin_with_readable();
    start_timer(&timer, 0, register_the_first, "timer ");
    iv_main();
    TRACE("timer task fd ");
    iv_deinit();
}

static void register_twice(void) {
    iv_init();
    start_task(&task, mark, "");
    iv_task_register(&task);
}

static void unregister_unregistered(void) {
    iv_init();
    IV_TASK_INIT(&task);
    iv_task_unregister(&task);
}

static void unregister_the_first(void* unused) {
    (void)unused;
    iv_task_unregister(&task);
}

static void unregister_while_it_runs(void) {
    iv_init();
    start_task(&task, unregister_the_first, NULL);
    iv_main();
}

static void register_the_second_again(void* unused) {
    (void)unused;
    iv_task_register(&second_task);
}

static void register_while_queued(void) {
    iv_init();
    start_task(&task, register_the_second_again, NULL);
    start_task(&second_task, mark, "");
    iv_main();
}

PROMISE(a_task_that_is_used_out_of_turn_aborts) {
    KEEP(promise_aborts(register_twice));
    KEEP(promise_aborts(unregister_unregistered));
    KEEP(promise_aborts(unregister_while_it_runs));
    KEEP(promise_aborts(register_while_queued));
}
