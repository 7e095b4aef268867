// Promises of iv_event_raw: posts from threads and signal handlers, and what handlers may do. For
// tests/ivykis.
#include "refuse.h"

#include <stdatomic.h>

static struct iv_event_raw raw, second_raw;
static struct iv_event event;
static struct iv_task task;
static struct iv_timer timer;
static struct iv_fd fd;
static int ends[2];

static void* post_raw(void* posted) {
    iv_event_raw_post((struct iv_event_raw*)posted);
    return NULL;
}

PROMISE(raw_posts_before_the_handler_runs_are_one_call) {
    iv_init();
    start_raw(&raw, mark, "raw ");
    one_turn();
    TRACE("");
    for (int turn = 0; turn < 3; turn++) {
        for (int post = 0; post < 1000; post++) {
            iv_event_raw_post(&raw);
        }
        in_a_thread(post_raw, &raw);
        one_turn();
        one_turn();
        TRACE("raw ");
    }
    iv_event_raw_unregister(&raw);
    iv_main();
    iv_deinit();
}

PROMISE(each_raw_event_has_a_descriptor_of_its_own) {
    int number, before;

    iv_init();
    before = promise_open_descriptors();
    number = dup(STDOUT_FILENO);
    close(number);
    start_raw(&raw, never, NULL);
    SAME(promise_open_descriptors(), before + descriptors_of_a_channel());
    // It took the lowest free number.
    SAME(fcntl(number, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    SAME(fcntl(number, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    start_raw(&second_raw, never, NULL);
    SAME(promise_open_descriptors(), before + 2 * descriptors_of_a_channel());
    iv_event_raw_unregister(&raw);
    iv_event_raw_unregister(&second_raw);
    SAME(promise_open_descriptors(), before);
    iv_main();
    iv_deinit();
}

PROMISE(a_raw_event_runs_after_tasks_and_events) {
    iv_init();
    make_room();
    start_event(&event, mark, "event ");
    start_raw(&raw, mark, "raw ");
    iv_event_raw_post(&raw);
    in_a_thread(post_event, &event);
    start_task(&task, mark, "task ");
    one_turn();
    TRACE("task event raw ");
    iv_deinit();
}

PROMISE(raw_events_and_descriptors_are_served_in_one_turn) {
    iv_init();
    start_raw(&raw, mark, "1 ");
    start_raw(&second_raw, mark, "2 ");
    open_pipe(ends, 0);
    start_reader(&fd, ends[0], mark, "fd ");
    one_turn();
    iv_event_raw_post(&second_raw);
    SAME(write(ends[1], "x", 1), 1);
    iv_event_raw_post(&raw);
    one_turn();
    // In stock epoll reports first what became ready first, poll what was registered first.
    KEEP(strcmp(trace, by_epoll() ? "2 fd 1 " : "1 2 fd ") == 0 || strcmp(trace, "fd 2 1 ") == 0);
    iv_deinit();
}

// As above: ours come after the descriptors, in the order of the posts under any method.
BETTER(raw_events_of_the_process_are_served_in_the_order_of_the_posts) {
    iv_init();
    start_raw(&raw, mark, "1 ");
    start_raw(&second_raw, mark, "2 ");
    open_pipe(ends, 1);
    start_reader(&fd, ends[0], mark, "fd ");
    iv_event_raw_post(&second_raw);
    iv_event_raw_post(&raw);
    one_turn();
    TRACE("fd 2 1 ");
    iv_deinit();
}

static void post_in_signal(int number) {
    (void)number;
    iv_event_raw_post(&raw);
}

static void raise_it(void* cookie) {
    mark(cookie);
    raise(SIGUSR1);
}

PROMISE(a_signal_handler_may_post) {
    iv_init();
    start_raw(&raw, mark, "raw ");
    signal(SIGUSR1, post_in_signal);
    raise(SIGUSR1);
    raise(SIGUSR1);
    one_turn();
    TRACE("raw ");
    // Also while the loop runs the handler of that very event.
    raw.handler = raise_it;
    raise(SIGUSR1);
    one_turn();
    raw.handler = mark;
    one_turn();
    one_turn();
    TRACE("raw raw ");
    iv_deinit();
}

static void* post_after_a_while(void* posted) {
    work_for(5 * ms);
    iv_event_raw_post((struct iv_event_raw*)posted);
    return NULL;
}

PROMISE(a_raw_post_wakes_the_sleeping_loop) {
    pthread_t thread;

    iv_init();
    start_raw(&raw, mark_and_quit, "raw ");
    SAME(pthread_create(&thread, NULL, post_after_a_while, &raw), 0);
    iv_main();
    TRACE("raw ");
    SAME(pthread_join(thread, NULL), 0);
    iv_deinit();
}

static void post_without_descriptors(void) {
    iv_init();
    start_raw(&raw, never, NULL);
    for (int number = 0; number < 256; number++) {
        close(number);
    }
    iv_event_raw_post(&raw);
    _exit(0);
}

// As in a child that has closed what it inherited.
PROMISE(a_raw_post_that_cannot_be_made_is_ignored) {
    SAME(promise_status_of(post_without_descriptors, NULL, 0), 0);
}

static void post_itself(void* cookie) {
    mark(cookie);
    iv_event_raw_post(&raw);
}

PROMISE(a_raw_event_that_posts_itself_is_called_once_a_turn) {
    iv_init();
    open_pipe(ends, 1);
    start_reader(&fd, ends[0], mark, "fd ");
    start_raw(&raw, post_itself, "raw ");
    iv_event_raw_post(&raw);
    for (int turn = 0; turn < 5; turn++) {
        one_turn();
        KEEP(strcmp(trace, "fd raw ") == 0 || strcmp(trace, "raw fd ") == 0);
        trace[0] = '\0';
    }
    iv_deinit();
}

PROMISE(cookie_and_handler_of_a_raw_event_are_read_at_the_time_of_the_call) {
    iv_init();
    start_raw(&raw, never, NULL);
    iv_event_raw_post(&raw);
    raw.cookie = "raw ";
    raw.handler = mark;
    one_turn();
    TRACE("raw ");
    iv_deinit();
}

PROMISE(unregistering_drops_raw_posts) {
    iv_init();
    start_raw(&raw, never, NULL);
    iv_event_raw_post(&raw);
    iv_event_raw_unregister(&raw);
    start_raw(&raw, never, NULL);
    one_turn();
    raw.cookie = "raw ";
    raw.handler = mark;
    iv_event_raw_post(&raw);
    one_turn();
    TRACE("raw ");
    iv_deinit();
}

// IV_EVENT_RAW_INIT does nothing, so iv_event_raw_register() is handed whatever the memory held.
PROMISE(a_raw_event_may_be_made_of_any_memory) {
    struct iv_event_raw rubbish;

    iv_init();
    start_raw(&raw, mark, "raw ");
    for (int kind = 0; kind < 4; kind++) {
        if (kind == 0) {
            memcpy(&rubbish, &raw, sizeof rubbish);
        } else {
            memset(&rubbish, kind == 1 ? 0 : kind == 2 ? 0xFF : 0x5A, sizeof rubbish);
        }
        IV_EVENT_RAW_INIT(&rubbish);
        rubbish.cookie = "rubbish ";
        rubbish.handler = mark;
        SAME(iv_event_raw_register(&rubbish), 0);
        iv_event_raw_post(&rubbish);
        one_turn();
        TRACE("rubbish ");
        iv_event_raw_unregister(&rubbish);
        iv_event_raw_post(&raw);
        one_turn();
        TRACE("raw ");
    }
    iv_deinit();
}

static struct iv_event_raw* own[3];

static void take_away(int index) {
    iv_event_raw_unregister(own[index]);
    VANISH(own[index]);
    own[index] = NULL;
}

static void take_away_own(void* cookie) {
    mark(cookie);
    take_away(*(char*)cookie - '0');
}

static void take_away_all(void* cookie) {
    mark(cookie);
    for (int index = 0; index < 3; index++) {
        take_away(index);
    }
}

static void start_three(void (*handler)(void*)) {
    static char names[3][4] = {"0 ", "1 ", "2 "};

    for (int index = 0; index < 3; index++) {
        own[index] = APPEAR(struct iv_event_raw);
        start_raw(own[index], handler, names[index]);
        iv_event_raw_post(own[index]);
    }
}

PROMISE(a_handler_may_unregister_and_free_posted_raw_events) {
    iv_init();
    start_three(take_away_own);
    iv_main();
    SAME((long long)strlen(trace), 6);
    trace[0] = '\0';
    start_three(take_away_all);
    iv_main();
    SAME((long long)strlen(trace), 2);
    iv_deinit();
}

PROMISE(a_raw_event_may_be_freed_in_the_handlers_of_other_objects) {
    static char names[3][8] = {"0 timer", "1 task", "2 event"};

    iv_init();
    make_room();
    start_event(&event, take_away_own, names[2]);
    start_three(never);
    start_timer(&timer, 0, take_away_own, names[0]);
    start_task(&task, take_away_own, names[1]);
    in_a_thread(post_event, &event);
    one_turn();
    TRACE("0 timer1 task2 event");
    iv_deinit();
}

enum { posters_max = 3, posts_max = 20000 };

static _Atomic long posted[posters_max];

static void* post_and_count(void* poster) {
    for (long post = 1; post <= posts_max; post++) {
        atomic_store((_Atomic long*)poster, post);
        iv_event_raw_post(&raw);
    }
    return NULL;
}

static void see_counts(void* unused) {
    (void)unused;
    for (int poster = 0; poster < posters_max; poster++) {
        if (atomic_load(&posted[poster]) < posts_max) {
            return;
        }
    }
    iv_quit();
}

PROMISE(a_call_begins_after_the_last_raw_post) {
    pthread_t threads[posters_max];

    iv_init();
    start_raw(&raw, see_counts, NULL);
    for (int index = 0; index < posters_max; index++) {
        SAME(pthread_create(&threads[index], NULL, post_and_count, &posted[index]), 0);
    }
    iv_main();
    for (int index = 0; index < posters_max; index++) {
        SAME(pthread_join(threads[index], NULL), 0);
    }
    iv_deinit();
}

// What happens where a kernel or a container has no eventfd().
PROMISE(a_raw_event_does_without_eventfd) {
    int before;

    refuse_eventfd(ENOSYS);
    iv_init();
    before = promise_open_descriptors();
    start_raw(&raw, mark, "raw ");
    SAME(promise_open_descriptors(), before + 2);
    for (int post = 0; post < 1000; post++) {
        iv_event_raw_post(&raw);
    }
    one_turn();
    one_turn();
    TRACE("raw ");
    KEEP(loop_sleeps());
    iv_event_raw_unregister(&raw);
    SAME(promise_open_descriptors(), before);
    iv_deinit();
}
