// A million timers: registered, unregistered in random order, expired. Private to bench.
#include "measure.h"

#include <errno.h>
#include <iv.h>
#include <stdlib.h>
#include <time.h>

enum { timers_count = 1000000 };

static const long long second_ns = 1000000000LL;

static struct iv_timer* timers;
static int expired;

static void count_expiry(void* cookie) {
    (void)cookie;
    expired++;
}

// The same numbers in each run, so that both libraries get the same work.
static unsigned long long random_number(void) {
    static unsigned long long state = 88172645463325252ULL;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

// All timers, due between `earliest_ns` and `latest_ns` from now. Filling them in takes the page
// faults that would disturb the first measurement.
static void make_timers(long long earliest_ns, long long latest_ns) {
    long long now = now_ns();

    timers = calloc(timers_count, sizeof *timers);
    require(timers != NULL, "calloc");
    for (int index = 0; index < timers_count; index++) {
        unsigned long long width = (unsigned long long)(latest_ns - earliest_ns);
        long long due = now + earliest_ns + (long long)(random_number() % width);

        IV_TIMER_INIT(&timers[index]);
        timers[index].handler = count_expiry;
        timers[index].expires.tv_sec = due / second_ns;
        timers[index].expires.tv_nsec = due % second_ns;
    }
}

static double register_all(void) {
    long long began = busy_ns();

    for (int index = 0; index < timers_count; index++) {
        iv_timer_register(&timers[index]);
    }
    return (double)(busy_ns() - began) / (double)timers_count;
}

static double register_timers(void) {
    iv_init();
    make_timers(second_ns, 3600 * second_ns);
    return register_all();
}

static double unregister_timers(void) {
    struct iv_timer** order = calloc(timers_count, sizeof(struct iv_timer*));
    long long began;

    require(order != NULL, "calloc");
    register_timers();
    for (size_t index = 0; index < timers_count; index++) {
        size_t other = random_number() % (index + 1);

        order[index] = order[other];
        order[other] = &timers[index];
    }
    began = busy_ns();
    for (int index = 0; index < timers_count; index++) {
        iv_timer_unregister(order[index]);
    }
    return (double)(busy_ns() - began) / (double)timers_count;
}

static void await_time(long long due_ns) {
    struct timespec due = {.tv_sec = due_ns / second_ns, .tv_nsec = due_ns % second_ns};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR) {
    }
}

// They are registered well before they are due, and the loop runs once all of them are: what is
// measured is the work and not the passing of time.
static double expire_timers(void) {
    long long began, latest = now_ns() + second_ns;

    iv_init();
    make_timers(second_ns * 7 / 10, second_ns * 9 / 10);
    register_all();
    await_time(latest);
    iv_invalidate_now();
    began = busy_ns();
    iv_main();
    require(expired == timers_count, "not all timers expired");
    return (double)(busy_ns() - began) / (double)timers_count;
}

const struct bench_case timer_cases[] = {
    {"timer-register", "ns", register_timers},
    {"timer-unregister", "ns", unregister_timers},
    {"timer-expire", "ns", expire_timers},
    {0},
};
