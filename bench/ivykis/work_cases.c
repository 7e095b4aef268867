// iv_work: one item after the other, and as many at once as there are idle workers. Private to
// bench.
#include "measure.h"

#include <dirent.h>
#include <iv.h>
#include <iv_work.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>

enum { workers_max = 8, item_ns = 20000000, bursts = 3 };

struct crew {
    struct iv_work_pool pool;
    struct iv_work_item items[workers_max];
    pthread_barrier_t all_at_work;
    int submitted;
    int completed;
};

static void make_crew(struct crew* crew, int workers) {
    crew->pool.max_threads = workers;
    IV_WORK_POOL_INIT(&crew->pool);
    crew->pool.cookie = crew;
    require(iv_work_pool_create(&crew->pool) == 0, "iv_work_pool_create");
    for (int index = 0; index < workers_max; index++) {
        IV_WORK_ITEM_INIT(&crew->items[index]);
        crew->items[index].cookie = crew;
    }
}

static void dismiss(struct crew* crew) {
    iv_work_pool_put(&crew->pool);
    iv_main();
    iv_deinit();
}

static void meet(void* cookie) {
    struct crew* crew = cookie;

    pthread_barrier_wait(&crew->all_at_work);
}

// What a worker does that waits for something: it takes time and no processor.
static void take_time(void* cookie) {
    struct timespec time = {.tv_sec = 0, .tv_nsec = item_ns};

    (void)cookie;
    clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

static void count_completion(void* cookie) {
    struct crew* crew = cookie;

    if (++crew->completed == crew->submitted) {
        iv_quit();
    }
}

// Submits `count` items at once; nanoseconds until all are completed.
static double burst(struct crew* crew, int count, void (*work)(void*)) {
    long long began = now_ns();

    crew->submitted = count;
    crew->completed = 0;
    for (int index = 0; index < count; index++) {
        crew->items[index].work = work;
        crew->items[index].completion = count_completion;
        iv_work_pool_submit_work(&crew->pool, &crew->items[index]);
    }
    iv_main();
    require(crew->completed == count, "work was lost");
    return (double)(now_ns() - began);
}

static int sleeps(const char* thread) {
    char path[64], state = 'S';
    FILE* file;

    snprintf(path, sizeof path, "/proc/self/task/%.20s/stat", thread);
    file = fopen(path, "r");
    if (file != NULL) {
        require(fscanf(file, "%*d (%*[^)]) %c", &state) == 1, path);
        fclose(file);
    }
    return state == 'S';
}

static int all_others_sleep(void) {
    DIR* folder = opendir("/proc/self/task");
    struct dirent* entry;
    int all = 1;

    require(folder != NULL, "/proc/self/task");
    while ((entry = readdir(folder)) != NULL) {
        int number = atoi(entry->d_name);

        all = all && (number == 0 || number == getpid() || sleeps(entry->d_name));
    }
    closedir(folder);
    return all;
}

// The workers whose items are completed are not idle before they have gone to sleep.
static void await_idle_workers(void) {
    while (!all_others_sleep() || !all_others_sleep()) {
    }
}

static double burst_of(int workers) {
    double items[bursts];
    struct crew crew;

    iv_init();
    make_crew(&crew, workers);
    pthread_barrier_init(&crew.all_at_work, NULL, (unsigned)workers);
    // As these wait for each other there is a worker for each.
    burst(&crew, workers, meet);
    for (int index = 0; index < bursts; index++) {
        await_idle_workers();
        items[index] = burst(&crew, workers, take_time) / (double)item_ns;
    }
    dismiss(&crew);
    return median(items, bursts);
}

static double burst_of_4(void) {
    return burst_of(4);
}

static double burst_of_8(void) {
    return burst_of(8);
}

struct relay {
    struct iv_work_pool pool;
    struct iv_work_item item;
    struct span span;
    int processor;
};

static void start_worker(void* cookie) {
    struct relay* relay = cookie;

    pin_to(relay->processor);
}

static void do_nothing(void* cookie) {
    (void)cookie;
}

static void submit_again(void* cookie) {
    struct relay* relay = cookie;

    if (span_over(&relay->span)) {
        iv_work_pool_put(&relay->pool);
    } else {
        iv_work_pool_submit_work(&relay->pool, &relay->item);
    }
}

static double relay_on(int processor) {
    struct relay relay = {.processor = processor};

    iv_init();
    relay.pool.max_threads = 1;
    IV_WORK_POOL_INIT(&relay.pool);
    relay.pool.cookie = &relay;
    relay.pool.thread_start = start_worker;
    require(iv_work_pool_create(&relay.pool) == 0, "iv_work_pool_create");
    IV_WORK_ITEM_INIT(&relay.item);
    relay.item.cookie = &relay;
    relay.item.work = do_nothing;
    relay.item.completion = submit_again;
    span_begin(&relay.span, 16);
    iv_work_pool_submit_work(&relay.pool, &relay.item);
    pin_to(0);
    iv_main();
    iv_deinit();
    return span_ns(&relay.span);
}

static double relay_on_one(void) {
    return relay_on(0);
}

static double relay_on_two(void) {
    return relay_on(1);
}

const struct bench_case work_cases[] = {
    {"work-burst-4", "items", burst_of_4},
    {"work-burst-8", "items", burst_of_8},
    {"work-round-trip-1cpu", "ns", relay_on_one},
    {"work-round-trip-2cpu", "ns", relay_on_two},
    {0},
};
