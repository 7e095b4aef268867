// Distinct iv_events from several posters to one loop that is kept busy: it has a processor of its
// own, and the posters share the rest. (Where the loop shares one with a poster, each wake-up may
// take the processor away from the poster, and the case would measure the scheduler.) Private to
// bench.
#include "measure.h"

#include <iv.h>
#include <iv_event.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { ring = 1024, posters_max = 4 };

// The events of one poster, used round and round. A library delivers them in the order of posting,
// so that one count says which are free; the count has a cache line of its own, and is looked at
// only when the ring seems full, to measure the library and not the counting.
struct poster {
    struct iv_event events[ring];
    struct target* target;
    int processor;
    _Alignas(128) atomic_long delivered;
};

struct target {
    struct poster posters[posters_max];
    struct span span;
    struct iv_event end;
    pthread_barrier_t ready;
    int count;
    _Alignas(128) atomic_int over;
};

static void count_delivery(void* cookie) {
    struct poster* poster = cookie;
    struct target* target = poster->target;
    long so_far = atomic_load_explicit(&poster->delivered, memory_order_relaxed);

    atomic_store_explicit(&poster->delivered, so_far + 1, memory_order_release);
    if (!atomic_load_explicit(&target->over, memory_order_relaxed) && span_over(&target->span)) {
        atomic_store(&target->over, 1);
    }
}

static void quit(void* cookie) {
    (void)cookie;
    iv_quit();
}

static void add_event(struct iv_event* event, void (*handler)(void*), void* cookie) {
    IV_EVENT_INIT(event);
    event->handler = handler;
    event->cookie = cookie;
    require(iv_event_register(event) == 0, "iv_event_register");
}

static void* run_target(void* cookie) {
    struct target* target = cookie;

    iv_init();
    add_event(&target->end, quit, NULL);
    for (int index = 0; index < target->count; index++) {
        struct poster* poster = &target->posters[index];

        poster->target = target;
        poster->processor = 1 + index % (processors() - 1);
        for (int slot = 0; slot < ring; slot++) {
            add_event(&poster->events[slot], count_delivery, poster);
        }
    }
    pin_to(0);
    pthread_barrier_wait(&target->ready);
    iv_main();
    pthread_barrier_wait(&target->ready);
    iv_deinit();
    return NULL;
}

static void await_delivery(struct poster* poster, long wanted, long* seen) {
    while (*seen < wanted) {
        *seen = atomic_load_explicit(&poster->delivered, memory_order_acquire);
        if (*seen < wanted) {
            sched_yield();
        }
    }
}

static void post_round_and_round(void* cookie) {
    struct poster* poster = cookie;
    long seen = 0, post;

    pin_to(poster->processor);
    for (post = 0; !atomic_load_explicit(&poster->target->over, memory_order_relaxed); post++) {
        await_delivery(poster, post - ring + 1, &seen);
        iv_event_post(&poster->events[post % ring]);
    }
    await_delivery(poster, post, &seen);
    require(poster->delivered == post, "events were delivered more than once");
}

static double deliveries(int posters) {
    static struct target target;
    pthread_t thread;

    target.count = posters;
    pthread_barrier_init(&target.ready, NULL, 2);
    require(pthread_create(&thread, NULL, run_target, &target) == 0, "pthread_create");
    pthread_barrier_wait(&target.ready);
    span_begin(&target.span, 64);
    time_threads(posters, post_round_and_round, target.posters, sizeof target.posters[0]);
    iv_event_post(&target.end);
    pthread_barrier_wait(&target.ready);
    pthread_join(thread, NULL);
    return span_per_second(&target.span);
}

static double one_poster(void) {
    return deliveries(1);
}

static double two_posters(void) {
    return deliveries(2);
}

static double four_posters(void) {
    return deliveries(4);
}

const struct bench_case ring_cases[] = {
    {"event-distinct-1-poster", "events/s", one_poster},
    {"event-distinct-2-posters", "events/s", two_posters},
    {"event-distinct-4-posters", "events/s", four_posters},
    {0},
};
