// Promises of iv_event between threads: who may post, where the handler runs, and that no post is
// lost. For tests/ivykis.
#include "objects.h"

#include <stdatomic.h>

static struct iv_event event, second_event, third_event;
static struct iv_task task;
static struct iv_fd fd;
static int ends[2];

PROMISE(a_thread_without_a_loop_may_post) {
    iv_init();
    start_event(&event, mark, "event ");
    in_a_thread(post_event, &event);
    one_turn();
    TRACE("event ");
    iv_deinit();
}

static void post_cookie(void* posted) {
    iv_event_post((struct iv_event*)posted);
}

static void* post_in_a_loop(void* posted) {
    iv_init();
    start_task(&task, post_cookie, posted);
    iv_main();
    iv_deinit();
    return NULL;
}

PROMISE(a_thread_with_a_loop_of_its_own_may_post) {
    iv_init();
    start_event(&event, mark, "event ");
    in_a_thread(post_in_a_loop, &event);
    one_turn();
    TRACE("event ");
    iv_deinit();
}

static pthread_t owner;

static void see_owner(void* cookie) {
    mark(cookie);
    KEEP(pthread_equal(pthread_self(), owner));
    iv_quit();
}

static void* post_after_a_while(void* posted) {
    work_for(5 * ms);
    iv_event_post((struct iv_event*)posted);
    return NULL;
}

PROMISE(a_post_wakes_the_sleeping_loop_that_registered_the_event) {
    pthread_t thread;

    iv_init();
    owner = pthread_self();
    start_event(&event, see_owner, "event ");
    for (int turn = 0; turn < 5; turn++) {
        SAME(pthread_create(&thread, NULL, post_after_a_while, &event), 0);
        iv_main();
        SAME(pthread_join(thread, NULL), 0);
        TRACE("event ");
    }
    iv_deinit();
}

static void* post_often(void* posted) {
    for (int post = 0; post < 1000; post++) {
        iv_event_post((struct iv_event*)posted);
    }
    return NULL;
}

PROMISE(posts_of_several_threads_before_the_handler_runs_are_one_call) {
    iv_init();
    start_event(&event, mark, "event ");
    for (int thread = 0; thread < 3; thread++) {
        in_a_thread(post_often, &event);
    }
    iv_event_post(&event);
    one_turn();
    one_turn();
    TRACE("event ");
    iv_deinit();
}

PROMISE(events_of_several_posters_run_in_the_order_of_the_posts) {
    iv_init();
    start_event(&event, mark, "1 ");
    start_event(&second_event, mark, "2 ");
    start_event(&third_event, mark, "3 ");
    in_a_thread(post_event, &third_event);
    in_a_thread(post_event, &event);
    in_a_thread(post_event, &third_event);
    in_a_thread(post_event, &second_event);
    one_turn();
    TRACE("3 1 2 ");
    // The own thread is a poster as any other.
    in_a_thread(post_event, &second_event);
    iv_event_post(&third_event);
    in_a_thread(post_event, &event);
    one_turn();
    TRACE("2 3 1 ");
    iv_event_post(&second_event);
    in_a_thread(post_event, &event);
    iv_event_post(&third_event);
    one_turn();
    TRACE("2 1 3 ");
    iv_deinit();
}

PROMISE(events_that_another_thread_posts_run_before_descriptors_under_epoll) {
    iv_init();
    make_room();
    open_pipe(ends, 1);
    start_reader(&fd, ends[0], mark, "fd ");
    start_event(&event, mark, "event ");
    start_event(&second_event, mark, "second ");
    for (int turn = 0; turn < 5; turn++) {
        in_a_thread(post_event, &event);
        in_a_thread(post_event, &second_event);
        one_turn();
        // Under poll and ppoll the stock library has a descriptor for events among the others.
        KEEP(strcmp(trace, "event second fd ") == 0 ||
             (!by_epoll() && strcmp(trace, "fd event second ") == 0));
        trace[0] = '\0';
    }
    iv_deinit();
}

static void post_from_a_thread(void* posted) {
    mark("event ");
    in_a_thread(post_event, posted);
}

PROMISE(an_event_that_is_posted_from_its_handler_leaves_descriptors_their_turn) {
    iv_init();
    make_room();
    start_event(&event, post_from_a_thread, &event);
    open_pipe(ends, 1);
    start_reader(&fd, ends[0], mark_and_quit, "fd ");
    in_a_thread(post_event, &event);
    iv_main();
    TRACE("event fd ");
    iv_main();
    TRACE("event fd ");
    iv_deinit();
}

static void post_second(void* cookie) {
    mark(cookie);
    iv_event_post(&second_event);
}

PROMISE(a_post_of_the_own_thread_while_events_of_others_run_belongs_to_the_next_batch) {
    iv_init();
    make_room();
    start_event(&event, post_second, "1 ");
    start_event(&second_event, mark, "2 ");
    start_event(&third_event, mark, "3 ");
    open_pipe(ends, 1);
    start_reader(&fd, ends[0], mark_and_quit, "fd ");
    in_a_thread(post_event, &event);
    in_a_thread(post_event, &third_event);
    iv_main();
    TRACE("1 3 fd 2 ");
    iv_deinit();
}

static struct iv_event* own;

static void take_away_own(void* cookie) {
    mark(cookie);
    iv_event_unregister(own);
    VANISH(own);
}

PROMISE(an_event_may_be_freed_in_its_handler_whoever_posted_it) {
    iv_init();
    for (int turn = 0; turn < 3; turn++) {
        own = APPEAR(struct iv_event);
        start_event(own, take_away_own, "own ");
        in_a_thread(post_event, own);
        iv_main();
        TRACE("own ");
    }
    iv_deinit();
}

PROMISE(unregistering_drops_what_others_posted) {
    iv_init();
    make_room();
    for (int turn = 0; turn < 3; turn++) {
        own = APPEAR(struct iv_event);
        start_event(own, never, NULL);
        start_event(&event, mark, "event ");
        in_a_thread(post_event, own);
        iv_event_unregister(own);
        VANISH(own);
        one_turn();
        TRACE("");
        in_a_thread(post_event, &event);
        one_turn();
        TRACE("event ");
        iv_event_unregister(&event);
    }
    iv_deinit();
}

enum { posters_max = 4, events_max = 3, posts_max = 20000 };

static struct iv_event many[events_max];
static _Atomic long posted[posters_max];
static long seen[events_max][posters_max];

// Posts each event in turn; before each post it writes down how many it has made.
static void* post_and_count(void* poster) {
    for (long post = 1; post <= posts_max; post++) {
        atomic_store((_Atomic long*)poster, post);
        for (int index = 0; index < events_max; index++) {
            iv_event_post(&many[index]);
        }
    }
    return NULL;
}

static void see_counts(void* index) {
    long* own_seen = seen[*(int*)index];
    int all = 1;

    for (int poster = 0; poster < posters_max; poster++) {
        own_seen[poster] = atomic_load(&posted[poster]);
    }
    for (int event_index = 0; event_index < events_max; event_index++) {
        for (int poster = 0; poster < posters_max; poster++) {
            all = all && seen[event_index][poster] == posts_max;
        }
    }
    if (all) {
        iv_quit();
    }
}

// Upstream 13749da: a post that met the loop as it took its events was lost.
PROMISE(a_call_begins_after_the_last_post) {
    pthread_t threads[posters_max];
    static int numbers[events_max];

    iv_init();
    for (int index = 0; index < events_max; index++) {
        numbers[index] = index;
        start_event(&many[index], see_counts, &numbers[index]);
    }
    for (int index = 0; index < posters_max; index++) {
        SAME(pthread_create(&threads[index], NULL, post_and_count, &posted[index]), 0);
    }
    iv_main();
    for (int index = 0; index < posters_max; index++) {
        SAME(pthread_join(threads[index], NULL), 0);
    }
    iv_deinit();
}

enum { rounds_max = 2000 };

static struct iv_event pong;
static pthread_barrier_t both_ready;
static int rounds;

static void answer(void* unused) {
    (void)unused;
    iv_event_post(&event);
}

static void serve(void* unused) {
    (void)unused;
    if (++rounds == rounds_max) {
        iv_quit();
    } else {
        iv_event_post(&pong);
    }
}

static void* run_pong(void* unused) {
    iv_init();
    start_event(&pong, answer, NULL);
    start_event(&third_event, quit, NULL);
    pthread_barrier_wait(&both_ready);
    iv_main();
    iv_event_unregister(&pong);
    iv_event_unregister(&third_event);
    iv_deinit();
    return unused;
}

PROMISE(two_loops_wake_each_other_every_time) {
    pthread_t thread;

    iv_init();
    pthread_barrier_init(&both_ready, NULL, 2);
    start_event(&event, serve, NULL);
    SAME(pthread_create(&thread, NULL, run_pong, NULL), 0);
    pthread_barrier_wait(&both_ready);
    iv_event_post(&pong);
    iv_main();
    SAME(rounds, rounds_max);
    iv_event_post(&third_event);
    SAME(pthread_join(thread, NULL), 0);
    iv_deinit();
}

static void* come_and_go(void* unused) {
    for (int turn = 0; turn < 300; turn++) {
        struct iv_event passing[3];

        iv_init();
        for (int index = 0; index < 3; index++) {
            start_event(&passing[index], quit, NULL);
            iv_event_post(&passing[index]);
        }
        iv_main();
        iv_event_post(&event);
        for (int index = 0; index < 3; index++) {
            iv_event_unregister(&passing[index]);
        }
        iv_deinit();
    }
    iv_event_post(&third_event);
    return unused;
}

// What all events of the process share must not come and go under those that remain.
PROMISE(events_of_other_threads_that_come_and_go_disturb_no_post) {
    pthread_t thread;
    int before;

    iv_init();
    start_event(&event, mark, "");
    before = promise_open_descriptors();
    start_event(&third_event, quit, NULL);
    SAME(pthread_create(&thread, NULL, come_and_go, NULL), 0);
    iv_main();
    SAME(pthread_join(thread, NULL), 0);
    event.cookie = "event ";
    iv_event_post(&event);
    one_turn();
    TRACE("event ");
    iv_event_unregister(&third_event);
    SAME(promise_open_descriptors(), before);
    iv_event_unregister(&event);
    iv_main();
    iv_deinit();
}

static void* run_until_posted(void* ended) {
    iv_init();
    start_event((struct iv_event*)ended, quit, NULL);
    pthread_barrier_wait(&both_ready);
    iv_main();
    iv_event_unregister((struct iv_event*)ended);
    iv_deinit();
    VANISH((struct iv_event*)ended);
    return NULL;
}

// How programs end their threads: the event, and the loop with it, may be gone before the call that
// posts it has returned.
PROMISE(a_loop_may_end_in_answer_to_a_post) {
    iv_init();
    pthread_barrier_init(&both_ready, NULL, 2);
    for (int turn = 0; turn < 300; turn++) {
        pthread_t thread;

        own = APPEAR(struct iv_event);
        SAME(pthread_create(&thread, NULL, run_until_posted, own), 0);
        pthread_barrier_wait(&both_ready);
        iv_event_post(own);
        SAME(pthread_join(thread, NULL), 0);
    }
    iv_deinit();
}
