// Clock, processors and threads for the cases of bench/ivykis. Private to bench.
#include "measure.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { span_ns_min = 60000000, piece_ns_min = 100000, threads_max = 8 };

enum { pieces_max = sizeof((struct span*)0)->ns_per_thing / sizeof(double) };

void require(int right, const char* what) {
    if (!right) {
        fprintf(stderr, "bench-ivykis: %s (last error: %s)\n", what, strerror(errno));
        fflush(stderr);
        _Exit(1);
    }
}

static long long read_clock(clockid_t clock) {
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

long long now_ns(void) {
    return read_clock(CLOCK_MONOTONIC);
}

long long busy_ns(void) {
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

int processors(void) {
    cpu_set_t allowed;

    require(sched_getaffinity(0, sizeof allowed, &allowed) == 0, "sched_getaffinity");
    require(CPU_COUNT(&allowed) > 1, "there are not enough processors for this case");
    return CPU_COUNT(&allowed);
}

void pin_to(int number) {
    cpu_set_t allowed, one;
    int seen = 0;

    require(sched_getaffinity(0, sizeof allowed, &allowed) == 0, "sched_getaffinity");
    CPU_ZERO(&one);
    for (unsigned processor = 0; processor < CPU_SETSIZE; processor++) {
        if (CPU_ISSET(processor, &allowed) && seen++ == number) {
            CPU_SET(processor, &one);
        }
    }
    require(CPU_COUNT(&one) == 1, "there are not enough processors for this case");
    require(sched_setaffinity(0, sizeof one, &one) == 0, "sched_setaffinity");
}

struct racer {
    pthread_t thread;
    pthread_barrier_t* start;
    void (*body)(void*);
    void* argument;
};

static void* race(void* cookie) {
    struct racer* racer = cookie;

    pthread_barrier_wait(racer->start);
    racer->body(racer->argument);
    return NULL;
}

double time_threads(int count, void (*body)(void*), void* arguments, unsigned long size) {
    struct racer racers[threads_max];
    pthread_barrier_t start;
    long long began;

    require(count <= threads_max, "too many threads");
    pthread_barrier_init(&start, NULL, (unsigned)count + 1);
    for (int index = 0; index < count; index++) {
        void* argument = (char*)arguments + (unsigned long)index * size;

        racers[index] = (struct racer){.start = &start, .body = body, .argument = argument};
        require(pthread_create(&racers[index].thread, NULL, race, &racers[index]) == 0,
                "pthread_create");
    }
    pthread_barrier_wait(&start);
    began = now_ns();
    for (int index = 0; index < count; index++) {
        pthread_join(racers[index].thread, NULL);
    }
    pthread_barrier_destroy(&start);
    return (double)(now_ns() - began);
}

void span_begin(struct span* span, long per_look) {
    span->piece_things = 0;
    span->per_look = span->until_look = per_look;
    span->pieces = 0;
    span->began_ns = span->piece_began_ns = now_ns();
}

int span_look(struct span* span) {
    long long now = now_ns();

    span->piece_things += span->per_look;
    span->until_look = span->per_look;
    if (now - span->piece_began_ns < piece_ns_min) {
        return 0;
    }
    span->ns_per_thing[span->pieces++] =
        (double)(now - span->piece_began_ns) / (double)span->piece_things;
    span->piece_began_ns = now;
    span->piece_things = 0;
    return now - span->began_ns >= span_ns_min || span->pieces == pieces_max;
}

double span_ns(struct span* span) {
    require(span->pieces > 0, "too little was done to measure it");
    return median(span->ns_per_thing, span->pieces);
}

double span_per_second(struct span* span) {
    return 1e9 / span_ns(span);
}

static int compare(const void* left, const void* right) {
    double difference = *(const double*)left - *(const double*)right;

    return (difference > 0) - (difference < 0);
}

double median(double* values, int count) {
    qsort(values, (size_t)count, sizeof *values, compare);
    return values[count / 2];
}
