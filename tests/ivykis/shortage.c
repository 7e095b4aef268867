// Promises of what happens where the process has no descriptor, no memory, no room in the kernel or
// little stack left. For tests/ivykis.
#include "refuse.h"

#include <sys/epoll.h>
#include <sys/resource.h>

static struct iv_fd fd;
static struct iv_task task;
static struct iv_timer timer;
static struct iv_event event, second_event;
static struct iv_event_raw raw;
static int ends[2];

static void refuse_epoll(void) {
    refuse(SYS_epoll_create1, EMFILE);
#ifdef SYS_epoll_create
    refuse(SYS_epoll_create, EMFILE);
#endif
}

PROMISE(the_first_iv_init_takes_a_method_that_needs_no_descriptor_where_there_is_none) {
    refuse_epoll();
    setenv("IV_EXCLUDE_POLL_METHOD", "", 1);
    iv_init();
    KEEP(strcmp(iv_poll_method_name(), "ppoll") == 0);
    start_timer(&timer, ms, mark, "timer ");
    iv_main();
    TRACE("timer ");
    iv_deinit();
}

static void* init_and_deinit(void* unused) {
    iv_init();
    iv_deinit();
    return unused;
}

static void init_again_without_descriptors(void) {
    iv_init();
    promise_few_descriptors(0);
    in_a_thread(init_and_deinit, NULL);
}

// The method is that of the whole process by now, and iv_init() has no way to say that it failed.
PROMISE(a_later_iv_init_without_descriptors_aborts_if_it_needs_one) {
    KEEP(aborts_or_ends_well(init_again_without_descriptors) || !will_be_by_epoll());
}

PROMISE(registering_a_descriptor_needs_no_other) {
    iv_init();
    open_pipe(ends, 1);
    promise_few_descriptors(0);
    start_reader(&fd, ends[0], mark, "fd ");
    one_turn();
    iv_fd_unregister(&fd);
    SAME(iv_fd_register_try(&fd), 0);
    one_turn();
    TRACE("fd fd ");
    iv_deinit();
}

// Leaves the process `left` free descriptors, and gives back how many are open.
static int few_descriptors(int left) {
    int count;

    // The first time fills the gaps between the numbers in use, and that counts, too.
    promise_few_descriptors(left);
    promise_many_descriptors();
    count = promise_open_descriptors();
    promise_few_descriptors(left);
    return count;
}

static void start_itself(void* left) {
    if (--*(int*)left > 0) {
        start_task(&task, start_itself, left);
    }
}

// Not in the list of known bugs: the stock library aborts under its default method, as it wants a
// descriptor for the clock when the same timeout was due at five waits in a row.
BETTER(a_loop_goes_on_when_there_is_no_descriptor_for_a_clock) {
    int left = 20;

    iv_init();
    promise_few_descriptors(0);
    start_task(&task, start_itself, &left);
    iv_main();
    start_timer(&timer, 10 * ms, mark, "timer ");
    for (int turn = 0; turn < 20; turn++) {
        one_turn();
    }
    iv_main();
    TRACE("timer ");
    SAME(left, 0);
    iv_deinit();
}

static void post_twice(void) {
    iv_event_post(&event);
    one_turn();
    in_a_thread(post_event, &event);
    one_turn();
    TRACE("event event ");
    iv_event_unregister(&event);
}

// Registers an event while there is no descriptor, which is to fail unless none is needed, and then
// while there are some.
static void register_without_descriptors(void) {
    int before = few_descriptors(0), result;

    prepare_event(&event, mark, "event ");
    result = iv_event_register(&event);
    SAME(result != 0 && errno != EMFILE, 0);
    promise_many_descriptors();
    SAME(promise_open_descriptors(), before);
    if (result == 0) {
        post_twice();
    }
    // The loop has nothing to wait for.
    iv_main();
    SAME(iv_event_register(&event), 0);
    post_twice();
    SAME(promise_open_descriptors(), before);
    iv_main();
}

// B7: the stock library aborts under epoll; under poll and ppoll its loop then never ends.
BETTER(the_first_event_without_descriptors_is_refused_or_works) {
    iv_init();
    register_without_descriptors();
    iv_deinit();
}

// B7: as above, whatever the method is that this program is run with.
BETTER(the_first_event_without_descriptors_is_refused_or_works_under_poll) {
    setenv("IV_EXCLUDE_POLL_METHOD", "epoll-timerfd epoll ppoll", 1);
    iv_init();
    register_without_descriptors();
    iv_deinit();
}

PROMISE(a_further_event_of_a_thread_needs_no_descriptor) {
    iv_init();
    start_event(&event, mark, "event ");
    promise_few_descriptors(0);
    start_event(&second_event, mark, "second ");
    iv_event_post(&second_event);
    one_turn();
    TRACE("second ");
    iv_deinit();
}

static void* register_second(void* unused) {
    int result;

    iv_init();
    promise_few_descriptors(0);
    prepare_event(&second_event, mark, "second ");
    result = iv_event_register(&second_event);
    promise_many_descriptors();
    if (result == 0) {
        iv_event_post(&second_event);
        one_turn();
        TRACE("second ");
        iv_event_unregister(&second_event);
    } else {
        SAME(by_epoll(), 0);
    }
    // B7: under poll and ppoll this does not end in the stock library.
    if (by_epoll()) {
        iv_main();
    }
    iv_deinit();
    return unused;
}

PROMISE(the_first_event_of_a_further_thread_needs_no_descriptor_under_epoll) {
    iv_init();
    start_event(&event, mark, "event ");
    in_a_thread(register_second, NULL);
    one_turn();
    TRACE("");
    iv_event_post(&event);
    one_turn();
    TRACE("event ");
    iv_deinit();
}

static void register_raw_without_descriptors(int left) {
    int before = few_descriptors(left);

    prepare_raw(&raw, mark, "raw ");
    errno = 0;
    SAME(iv_event_raw_register(&raw), -1);
    SAME(errno, EMFILE);
    promise_many_descriptors();
    SAME(promise_open_descriptors(), before);
    // Nothing is registered that would hold the loop.
    iv_main();
    SAME(iv_event_raw_register(&raw), 0);
    iv_event_raw_post(&raw);
    one_turn();
    TRACE("raw ");
    iv_event_raw_unregister(&raw);
    SAME(promise_open_descriptors(), before);
    iv_main();
}

PROMISE(a_raw_event_without_descriptors_is_refused) {
    iv_init();
    register_raw_without_descriptors(0);
    iv_deinit();
}

PROMISE(a_raw_event_without_descriptors_is_refused_also_if_it_needs_two) {
    refuse_eventfd(ENOSYS);
    iv_init();
    register_raw_without_descriptors(1);
    register_raw_without_descriptors(0);
    iv_deinit();
}

// The kernel limits how many descriptors a user may have in epoll sets, and answers ENOSPC. Under
// poll and ppoll there is no such limit.
static void refuse_to_wait(void) {
    refuse_if(SYS_epoll_ctl, 1, EPOLL_CTL_ADD, ENOSPC);
}

PROMISE(a_descriptor_that_epoll_has_no_room_for_is_refused_by_try) {
    iv_init();
    open_pipe(ends, 1);
    refuse_to_wait();
    prepare_fd(&fd, ends[0], "fd ");
    fd.handler_in = mark;
    if (by_epoll()) {
        SAME(iv_fd_register_try(&fd), -1);
        SAME(errno, ENOSPC);
        SAME(iv_fd_registered(&fd), 0);
        iv_main();
    } else {
        SAME(iv_fd_register_try(&fd), 0);
    }
    iv_deinit();
}

static void register_and_run(void) {
    iv_init();
    open_pipe(ends, 1);
    refuse_to_wait();
    start_reader(&fd, ends[0], mark, "fd ");
    one_turn();
}

PROMISE(a_descriptor_that_epoll_has_no_room_for_aborts) {
    SAME(aborts_or_ends_well(register_and_run), will_be_by_epoll());
}

// The stock library says that all is well, and aborts at the next wait.
BETTER(a_raw_event_that_epoll_has_no_room_for_is_refused) {
    int before;

    iv_init();
    before = promise_open_descriptors();
    refuse_to_wait();
    prepare_raw(&raw, mark, "raw ");
    if (by_epoll()) {
        SAME(iv_event_raw_register(&raw), -1);
        SAME(errno, ENOSPC);
        SAME(promise_open_descriptors(), before);
    } else {
        SAME(iv_event_raw_register(&raw), 0);
        iv_event_raw_unregister(&raw);
    }
    iv_main();
    iv_deinit();
}

static void* register_without_room(void* unused) {
    iv_init();
    refuse_to_wait();
    prepare_event(&second_event, mark, "event ");
    if (iv_event_register(&second_event) == 0) {
        // For who needs no room there, or took it beforehand.
        iv_event_post(&second_event);
        one_turn();
        TRACE("event ");
        iv_event_unregister(&second_event);
    } else {
        SAME(by_epoll(), 1);
        SAME(errno, ENOSPC);
    }
    iv_main();
    iv_deinit();
    return unused;
}

// B15: the stock library leaks a reference to what all events share, changes how the whole process
// wakes its loops, and aborts at the next wait.
BETTER(an_event_that_epoll_has_no_room_for_is_refused_and_leaks_nothing) {
    int before;

    iv_init();
    before = promise_open_descriptors();
    in_a_thread(register_without_room, NULL);
    SAME(promise_open_descriptors(), before);
    start_event(&event, mark, "event ");
    in_a_thread(register_without_room, NULL);
    in_a_thread(post_event, &event);
    iv_event_unregister(&event);
    SAME(promise_open_descriptors(), before);
    iv_main();
    iv_deinit();
}

PROMISE(events_do_without_eventfd) {
    refuse_eventfd(ENOSYS);
    iv_init();
    start_event(&event, mark, "event ");
    iv_event_post(&event);
    one_turn();
    in_a_thread(post_event, &event);
    one_turn();
    one_turn();
    TRACE("event event ");
    iv_event_unregister(&event);
    iv_main();
    iv_deinit();
}

// B15: under epoll the loop of the stock library spins, as the pipe that it uses then is hung up.
BETTER(events_without_eventfd_do_not_wake_the_loop) {
    refuse_eventfd(ENOSYS);
    iv_init();
    start_event(&event, mark, "event ");
    KEEP(loop_sleeps());
    in_a_thread(post_event, &event);
    one_turn();
    TRACE("event ");
    KEEP(loop_sleeps());
    iv_deinit();
}

// Upstream #33: containers answered EPERM to a new way of waiting, older kernels answer ENOSYS.
static void wait_without_new_calls(int error) {
#ifdef SYS_epoll_pwait2
    refuse(SYS_epoll_pwait2, error);
#endif
    iv_init();
    open_pipe(ends, 0);
    start_reader(&fd, ends[0], never, NULL);
    for (int turn = 0; turn < 3; turn++) {
        start_timer(&timer, 2 * ms, mark_and_quit, "timer ");
        iv_main();
        TRACE("timer ");
    }
    KEEP(loop_sleeps());
    iv_deinit();
}

PROMISE(a_loop_waits_where_new_calls_are_forbidden) {
    wait_without_new_calls(EPERM);
}

PROMISE(a_loop_waits_where_new_calls_are_unknown) {
    wait_without_new_calls(ENOSYS);
}
