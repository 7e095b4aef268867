// Promises of iv_now: which clock it is, when it is read, and that it is one object. For
// tests/ivykis.
#include "objects.h"

#include <iv_work.h>

static struct iv_fd fd;
static struct iv_task task, second_task;
static struct iv_timer timer;
static int pipe_ends[2];

static long long now(void) {
    return iv_now.tv_sec * 1000000000LL + iv_now.tv_nsec;
}

// The time that the loop has is no older than `oldest`, and not ahead of the clock.
static void is_fresh(long long oldest) {
    KEEP(now() >= oldest);
    KEEP(now() <= promise_now());
}

PROMISE(iv_now_is_the_monotonic_clock) {
    long long before;

    iv_init();
    before = promise_now();
    iv_invalidate_now();
    KEEP(now() >= before);
    KEEP(now() <= promise_now());
    KEEP(iv_now.tv_nsec >= 0 && iv_now.tv_nsec < 1000000000);
    iv_deinit();
}

PROMISE(iv_now_is_read_once_until_it_is_invalidated) {
    long long first, before;

    iv_init();
    first = now();
    work_for(2 * ms);
    SAME(now(), first);
    before = promise_now();
    iv_invalidate_now();
    KEEP(now() >= before);
    iv_deinit();
}

// Programs call it to this day, as the manual says; that must neither fail nor read the clock.
PROMISE(iv_validate_now_leaves_a_valid_time_alone) {
    long long first;

    iv_init();
    iv_validate_now();
    first = now();
    work_for(ms);
    iv_validate_now();
    SAME(now(), first);
    iv_deinit();
}

PROMISE(iv_now_is_read_when_it_is_first_asked_for) {
    long long before;

    iv_init();
    now();
    iv_invalidate_now();
    work_for(2 * ms);
    before = promise_now();
    KEEP(now() >= before);
    iv_deinit();
}

static const struct timespec* place;

static void same_place(void* unused) {
    (void)unused;
    KEEP(&iv_now == place);
    iv_quit();
}

static void* other_place(void* unused) {
    iv_init();
    KEEP(&iv_now != place);
    iv_deinit();
    return unused;
}

PROMISE(iv_now_is_one_object_of_each_thread) {
    iv_init();
    place = &iv_now;
    iv_invalidate_now();
    KEEP(&iv_now == place);
    start_timer(&timer, ms, same_place, NULL);
    iv_main();
    KEEP(&iv_now == place);
    in_a_thread(other_place, NULL);
    iv_deinit();
}

static long long first_seen;

static void see_first(void* unused) {
    (void)unused;
    first_seen = now();
    work_for(2 * ms);
}

static void see_the_same(void* unused) {
    (void)unused;
    SAME(now(), first_seen);
    mark("same ");
}

PROMISE(all_tasks_of_a_turn_see_one_time) {
    iv_init();
    start_task(&task, see_first, NULL);
    start_task(&second_task, see_the_same, NULL);
    iv_main();
    TRACE("same ");
    iv_deinit();
}

static void see_first_and_go_on(void* unused) {
    (void)unused;
    iv_fd_unregister(&fd);
    see_first(NULL);
    // This task belongs to the same turn, as there is no wait between.
    start_task(&task, see_the_same, NULL);
}

PROMISE(descriptors_and_the_tasks_they_start_see_one_time) {
    iv_init();
    open_pipe(pipe_ends, 1);
    start_reader(&fd, pipe_ends[0], see_first_and_go_on, NULL);
    iv_main();
    TRACE("same ");
    iv_deinit();
}

static _Atomic long long wrote_at;

static void* write_after_a_while(void* unused) {
    work_for(5 * ms);
    wrote_at = promise_now();
    SAME(write(pipe_ends[1], "x", 1), 1);
    return unused;
}

static void see_fresh_time(void* cookie) {
    mark(cookie);
    is_fresh(wrote_at);
    iv_quit();
}

PROMISE(the_time_is_fresh_after_a_wait) {
    pthread_t thread;

    iv_init();
    open_pipe(pipe_ends, 0);
    now();
    start_reader(&fd, pipe_ends[0], see_fresh_time, "fd ");
    SAME(pthread_create(&thread, NULL, write_after_a_while, NULL), 0);
    iv_main();
    TRACE("fd ");
    SAME(pthread_join(thread, NULL), 0);
    iv_deinit();
}

static void see_that_it_is_due(void* cookie) {
    mark(cookie);
    is_fresh(timer.expires.tv_sec * 1000000000LL + timer.expires.tv_nsec);
}

PROMISE(the_time_has_come_when_a_timer_runs) {
    iv_init();
    start_timer(&timer, 3 * ms, see_that_it_is_due, "timer ");
    iv_main();
    TRACE("timer ");
    iv_deinit();
}

static void see_no_wait_between(void* unused) {
    (void)unused;
    wrote_at = promise_now();
    start_task(&task, see_fresh_time, "task ");
}

// A task that registers itself runs after another look at the descriptors, if a short one.
PROMISE(the_time_is_fresh_after_a_wait_that_did_not_sleep) {
    iv_init();
    start_task(&task, see_no_wait_between, NULL);
    iv_main();
    TRACE("task ");
    iv_deinit();
}

// Lets the loop believe that it is `seconds` later, as the test library of syslog-ng does.
static void pretend(int seconds) {
    struct timespec* writable = (struct timespec*)(size_t)&iv_now;

    writable->tv_sec += seconds;
}

PROMISE(timers_go_by_what_a_program_writes_to_iv_now) {
    iv_init();
    start_timer(&timer, 3000 * 1000 * ms, mark, "timer ");
    pretend(4000);
    iv_main();
    TRACE("timer ");
    iv_deinit();
}

PROMISE(a_time_written_to_iv_now_is_read_back_until_it_is_invalidated) {
    long long before;

    iv_init();
    before = now();
    pretend(4000);
    SAME(now(), before + 4000 * 1000 * ms);
    iv_invalidate_now();
    KEEP(now() < before + 4000 * 1000 * ms);
    iv_deinit();
}

// Programs compiled against headers older than 0.40 call these two functions.
extern void(iv_validate_now)(void);
extern struct timespec* __iv_now_location(void);

PROMISE(programs_of_ivykis_0_29_use_the_same_object) {
    long long first;

    iv_init();
    (iv_validate_now)();
    KEEP(__iv_now_location() == &iv_now);
    first = now();
    work_for(ms);
    SAME(__iv_now_location()->tv_nsec, first % 1000000000);
    (iv_validate_now)();
    SAME(now(), first);
    iv_invalidate_now();
    // This place is not refreshed by asking for it, but by validating it.
    SAME(__iv_now_location()->tv_nsec, first % 1000000000);
    (iv_validate_now)();
    KEEP(__iv_now_location()->tv_nsec != first % 1000000000);
    iv_deinit();
}

static void take_long(void* cookie) {
    mark(cookie);
    is_fresh(wrote_at);
    work_for(2 * ms);
    wrote_at = promise_now();
}

static void ignore(void* unused) {
    (void)unused;
}

PROMISE(a_worker_sees_a_fresh_time_after_each_work) {
    struct iv_work_item items[2];
    struct iv_work_pool pool;

    iv_init();
    IV_WORK_POOL_INIT(&pool);
    pool.max_threads = 1;
    SAME(iv_work_pool_create(&pool), 0);
    for (int index = 0; index < 2; index++) {
        FILL(items[index]);
        IV_WORK_ITEM_INIT(&items[index]);
        items[index].cookie = "work ";
        items[index].work = take_long;
        items[index].completion = ignore;
        iv_work_pool_submit_work(&pool, &items[index]);
    }
    iv_work_pool_put(&pool);
    iv_main();
    TRACE("work work ");
    iv_deinit();
}

static void* read_and_work(void* unused) {
    long long first;

    iv_init();
    first = now();
    KEEP(first <= promise_now());
    iv_deinit();
    return unused;
}

PROMISE(iv_now_of_a_thread_is_read_in_that_thread) {
    long long first;

    iv_init();
    first = now();
    work_for(ms);
    in_a_thread(read_and_work, NULL);
    SAME(now(), first);
    iv_deinit();
}
