// Promises of what forked children, which did not exec, may do to a loop, and what that does to the
// loop of their parent. For tests/ivykis.
#include "objects.h"

static struct iv_fd fd, second_fd;
static struct iv_task task;
static struct iv_timer timer;
static struct iv_event event, second_event;
static struct iv_event_raw raw;
static int ends[2];

// A loop that waits for a descriptor that is ready, for an event and for a raw event.
static void begin(void) {
    iv_init();
    make_room();
    open_pipe(ends, 1);
    start_reader(&fd, ends[0], mark, "fd ");
    start_event(&event, mark, "event ");
    start_raw(&raw, mark, "raw ");
    one_turn();
    TRACE("fd ");
}

// Runs `body` in a child to its end, which is to be a good one.
static void in_a_child(void (*body)(void)) {
    int status;
    pid_t child = fork();

    if (child == 0) {
        body();
        _exit(0);
    }
    SAME(waitpid(child, &status, 0), child);
    SAME(status, 0);
}

// All of it works as before, and again.
static void all_goes_on(void) {
    for (int turn = 0; turn < 3; turn++) {
        one_turn();
        TRACE("fd ");
        in_a_thread(post_event, &event);
        one_turn();
        KEEP(strcmp(trace, "event fd ") == 0 || strcmp(trace, "fd event ") == 0);
        trace[0] = '\0';
        iv_event_raw_post(&raw);
        one_turn();
        KEEP(strcmp(trace, "raw fd ") == 0 || strcmp(trace, "fd raw ") == 0);
        trace[0] = '\0';
    }
    iv_fd_unregister(&fd);
    iv_event_unregister(&event);
    iv_event_raw_unregister(&raw);
    KEEP(loop_sleeps());
    iv_deinit();
}

static void do_nothing(void) {}

PROMISE(a_child_that_does_nothing_disturbs_nothing) {
    begin();
    in_a_child(do_nothing);
    all_goes_on();
}

static void exec_something(void) {
    execl("/bin/true", "true", (char*)NULL);
}

PROMISE(a_child_that_execs_disturbs_nothing) {
    begin();
    in_a_child(exec_something);
    all_goes_on();
}

static void give_up_loop(void) {
    iv_deinit();
}

PROMISE(a_child_that_calls_iv_deinit_disturbs_nothing) {
    begin();
    in_a_child(give_up_loop);
    all_goes_on();
}

static void run_afresh(void) {
    struct iv_event_raw own_raw;
    int own_ends[2];

    iv_init();
    // Of what the parent has registered there is nothing in this loop.
    iv_main();
    make_room();
    open_pipe(own_ends, 1);
    start_reader(&second_fd, own_ends[0], mark, "own ");
    one_turn();
    TRACE("own ");
    iv_fd_unregister(&second_fd);
    start_event(&second_event, mark, "event ");
    iv_event_post(&second_event);
    one_turn();
    in_a_thread(post_event, &second_event);
    one_turn();
    TRACE("event event ");
    iv_event_unregister(&second_event);
    start_raw(&own_raw, mark, "raw ");
    iv_event_raw_post(&own_raw);
    one_turn();
    TRACE("raw ");
    iv_event_raw_unregister(&own_raw);
    start_timer(&timer, ms, mark_and_quit, "timer ");
    iv_main();
    TRACE("timer ");
    iv_deinit();
    SAME(iv_inited(), 0);
}

PROMISE(a_child_may_call_iv_init_afresh) {
    begin();
    in_a_child(run_afresh);
    all_goes_on();
}

static void run_afresh_after_deinit(void) {
    iv_deinit();
    run_afresh();
}

PROMISE(a_child_may_call_iv_init_after_iv_deinit) {
    begin();
    in_a_child(run_afresh_after_deinit);
    all_goes_on();
}

static void watch_the_same_afresh(void) {
    iv_init();
    start_reader(&second_fd, ends[0], mark, "child ");
    one_turn();
    TRACE("child ");
    iv_fd_set_handler_in(&second_fd, NULL);
    one_turn();
    TRACE("");
    iv_fd_unregister(&second_fd);
}

PROMISE(a_child_may_wait_for_what_its_parent_waits_for) {
    begin();
    in_a_child(watch_the_same_afresh);
    all_goes_on();
}

static void run_in_forked_handler(void* unused) {
    (void)unused;
    in_a_child(run_afresh);
    mark("forked ");
}

PROMISE(a_handler_may_fork_a_child_that_calls_iv_init_afresh) {
    begin();
    start_task(&task, run_in_forked_handler, NULL);
    one_turn();
    TRACE("forked fd ");
    all_goes_on();
}

PROMISE(parent_and_child_may_each_have_a_loop_if_none_was_there_at_the_fork) {
    in_a_child(run_afresh);
    begin();
    all_goes_on();
}

static void ask_whether_inited(void) {
    SAME(iv_inited() != 0, 1);
}

PROMISE(a_child_may_ask_whether_there_is_a_loop) {
    begin();
    in_a_child(ask_whether_inited);
    all_goes_on();
}

// As programs do that become daemons late: the parent only waits.
PROMISE(a_child_may_go_on_with_a_loop_that_its_parent_has_given_up) {
    begin();
    in_a_child(all_goes_on);
}

static void unregister_descriptor(void) {
    iv_fd_unregister(&fd);
}

// L8: the set of descriptors is one for both. Under epoll the stock library ends the watch of the
// parent, which then waits in vain.
BETTER(a_child_that_unregisters_a_descriptor_leaves_that_of_its_parent) {
    begin();
    in_a_child(unregister_descriptor);
    all_goes_on();
}

static void unregister_events(void) {
    iv_event_unregister(&event);
    iv_event_raw_unregister(&raw);
}

// L8: as above; the next post in the parent aborts.
BETTER(a_child_that_unregisters_events_leaves_those_of_its_parent) {
    begin();
    in_a_child(unregister_events);
    all_goes_on();
}

static void change_handlers(void) {
    iv_fd_set_handler_in(&fd, NULL);
    start_timer(&timer, 0, mark, "timer ");
    one_turn();
    KEEP(strstr(trace, "fd ") == NULL);
}

// L8: as above.
BETTER(a_child_that_changes_handlers_leaves_those_of_its_parent) {
    begin();
    in_a_child(change_handlers);
    all_goes_on();
}

static void register_more(void) {
    start_reader(&second_fd, dup(ends[0]), mark, "more ");
    one_turn();
    KEEP(strstr(trace, "more ") != NULL);
}

// L8: the parent is told of a descriptor that it does not have, by the address of an object in the
// memory of the child.
BETTER(a_child_that_registers_descriptors_leaves_those_of_its_parent) {
    begin();
    memset(&second_fd, 0xFF, sizeof second_fd);
    in_a_child(register_more);
    all_goes_on();
}

static void tidy_up(void) {
    iv_fd_unregister(&fd);
    iv_event_unregister(&event);
    iv_event_raw_unregister(&raw);
    iv_deinit();
    run_afresh();
}

// L8: as above, by a child that puts in order what it has inherited.
BETTER(a_child_that_tidies_up_and_begins_afresh_leaves_all_of_its_parent) {
    begin();
    in_a_child(tidy_up);
    all_goes_on();
}

static void count_afresh(void) {
    int before = promise_open_descriptors();

    iv_init();
    // In place of the set of descriptors that was inherited there is one of its own.
    KEEP(promise_open_descriptors() <= before);
    iv_deinit();
    SAME(iv_inited(), 0);
}

// L8 and 2.1: the stock library leaves the loop that was inherited open for ever.
BETTER(a_child_that_calls_iv_init_afresh_leaks_nothing) {
    begin();
    in_a_child(count_afresh);
    all_goes_on();
}

static int stop;

static void* post_until_stopped(void* unused) {
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
        iv_event_post(&event);
    }
    return unused;
}

static void register_afresh(void) {
    iv_init();
    start_event(&second_event, mark, "child ");
    iv_event_post(&second_event);
    one_turn();
    TRACE("child ");
    iv_event_unregister(&second_event);
    iv_deinit();
}

PROMISE(a_child_may_call_iv_init_afresh_while_threads_of_its_parent_post) {
    pthread_t thread;

    iv_init();
    start_event(&event, mark, "");
    SAME(pthread_create(&thread, NULL, post_until_stopped, NULL), 0);
    for (int turn = 0; turn < 30; turn++) {
        in_a_child(register_afresh);
        one_turn();
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    SAME(pthread_join(thread, NULL), 0);
    iv_deinit();
}
