// iv_event between two loops, from the loop itself, and when it is pending already. Private to
// bench.
#include "measure.h"

#include <iv.h>
#include <iv_event.h>
#include <pthread.h>

// One of two loops that wake each other.
struct player {
    struct iv_event ball;
    struct iv_event end;
    struct player* other;
    pthread_barrier_t* together;
    struct span* span;  // of the player that counts, else NULL
    int processor;
};

static void hit(void* cookie) {
    struct player* player = cookie;

    if (player->span != NULL && span_over(player->span)) {
        iv_event_post(&player->other->end);
        iv_quit();
    } else {
        iv_event_post(&player->other->ball);
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

static void play(void* cookie) {
    struct player* player = cookie;

    pin_to(player->processor);
    iv_init();
    add_event(&player->ball, hit, player);
    add_event(&player->end, quit, player);
    pthread_barrier_wait(player->together);
    if (player->span != NULL) {
        span_begin(player->span, 16);
        iv_event_post(&player->other->ball);
    }
    iv_main();
    // The other may still be inside the post that ended this loop.
    pthread_barrier_wait(player->together);
    iv_event_unregister(&player->ball);
    iv_event_unregister(&player->end);
    iv_deinit();
}

static double round_trips(int first_processor, int second_processor) {
    struct span span;
    pthread_barrier_t together;
    struct player players[2] = {
        {.other = &players[1], .together = &together, .span = &span, .processor = first_processor},
        {.other = &players[0], .together = &together, .span = NULL, .processor = second_processor},
    };

    // The first loop of a process has to be made before other threads make theirs.
    iv_init();
    iv_deinit();
    pthread_barrier_init(&together, NULL, 2);
    time_threads(2, play, players, sizeof players[0]);
    pthread_barrier_destroy(&together);
    return span_per_second(&span);
}

static double one_processor(void) {
    return round_trips(0, 0);
}

static double two_processors(void) {
    return round_trips(0, 1);
}

struct chain {
    struct iv_event event;
    struct span span;
};

static void post_again(void* cookie) {
    struct chain* chain = cookie;

    if (span_over(&chain->span)) {
        iv_event_unregister(&chain->event);
    } else {
        iv_event_post(&chain->event);
    }
}

static double self_post(void) {
    struct chain chain;

    iv_init();
    add_event(&chain.event, post_again, &chain);
    span_begin(&chain.span, 64);
    iv_event_post(&chain.event);
    iv_main();
    iv_deinit();
    return span_ns(&chain.span);
}

enum { posts_per_thing = 1000 };

struct pending {
    struct iv_event event;
    int handled;
};

struct poster {
    struct pending* pending;
    struct span span;
};

static void handle_once(void* cookie) {
    struct pending* pending = cookie;

    pending->handled++;
    iv_event_unregister(&pending->event);
}

static void post_often(void* cookie) {
    struct poster* poster = cookie;

    span_begin(&poster->span, 1);
    do {
        for (int post = 0; post < posts_per_thing; post++) {
            iv_event_post(&poster->pending->event);
        }
    } while (!span_over(&poster->span));
}

// The owner waits for the posters before it runs its loop, so what they post stays pending.
static double post_pending(int posters) {
    struct pending pending = {.handled = 0};
    struct poster all[2] = {{.pending = &pending}, {.pending = &pending}};

    iv_init();
    add_event(&pending.event, handle_once, &pending);
    iv_event_post(&pending.event);
    time_threads(posters, post_often, all, sizeof all[0]);
    iv_main();
    iv_deinit();
    require(pending.handled == 1, "posts of a pending event did not merge");
    return span_ns(&all[posters - 1].span) / (double)posts_per_thing;
}

static double post_pending_1(void) {
    return post_pending(1);
}

static double post_pending_2(void) {
    return post_pending(2);
}

const struct bench_case event_cases[] = {
    {"event-pingpong-1cpu", "trips/s", one_processor},
    {"event-pingpong-2cpu", "trips/s", two_processors},
    {"event-self-post", "ns", self_post},
    {"event-post-pending-1", "ns", post_pending_1},
    {"event-post-pending-2", "ns", post_pending_2},
    {0},
};
