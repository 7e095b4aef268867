// Promises of iv_work about its threads: their hooks, their loops, how long they stay, and what
// happens when there can be none. For tests/ivykis.
#include "work.h"

#include "loop_time.h"

#include <stdatomic.h>
#include <sys/resource.h>

// Since 0.43 only, so that Debian's headers do not know it.
extern __attribute__((weak)) void iv_work_pool_submit_continuation(struct iv_work_pool* pool,
                                                                   struct iv_work_item* item);

static atomic_int started, stopped, in_place;

static __thread int hooks_called;

static void note_start(void* cookie) {
    SAME(*(int*)cookie, 77);
    KEEP(iv_inited());
    SAME(hooks_called, 0);
    hooks_called = 1;
    started++;
}

static void note_stop(void* cookie) {
    SAME(*(int*)cookie, 77);
    KEEP(iv_inited());
    SAME(hooks_called, 1);
    hooks_called = 2;
    stopped++;
}

static void work_after_start(void* cookie) {
    in_place += hooks_called == 1;
    job_work(cookie);
}

static int cookie_of_pool = 77;

static void create_pool_with_hooks(struct iv_work_pool* pool, int max_threads) {
    FILL(*pool);
    IV_WORK_POOL_INIT(pool);
    pool->max_threads = max_threads;
    pool->cookie = &cookie_of_pool;
    pool->thread_start = note_start;
    pool->thread_stop = note_stop;
    SAME(iv_work_pool_create(pool), 0);
}

// The hooks may still be called after the pool was put: its memory is somebody else's by then.
PROMISE(the_hooks_run_in_the_worker_before_and_after_all_its_items) {
    struct iv_work_pool pool;
    struct job jobs[6];

    iv_init();
    create_pool_with_hooks(&pool, 3);
    for (int index = 0; index < 6; index++) {
        prepare_job(&jobs[index]);
        jobs[index].item.work = work_after_start;
        jobs[index].to_meet = 3;
        iv_work_pool_submit_work(&pool, &jobs[index].item);
    }
    iv_work_pool_put(&pool);
    FILL(pool);
    iv_main();
    SAME(in_place, 6);
    SAME(started, 3);
    SAME(stopped, 3);
    iv_deinit();
}

PROMISE(an_idle_thread_ends_after_ten_seconds_and_another_one_is_started_then) {
    struct iv_work_pool pool;
    struct job first, second;
    long long began;

    iv_init();
    create_pool_with_hooks(&pool, 1);
    submit_job(&pool, &first);
    began = promise_now();
    while (stopped == 0) {
        run_for(100);
    }
    KEEP(promise_now() - began >= 9900 * 1000000LL);
    KEEP(promise_now() - began < 15000 * 1000000LL);
    wait_for_threads(1);
    submit_job(&pool, &second);
    second.pool_to_put = &pool;
    iv_main();
    SAME(first.completed + second.completed, 2);
    SAME(started, 2);
    SAME(stopped, 2);
    iv_deinit();
}

static struct iv_timer timer_of_worker;
static atomic_int timer_ran;
static pthread_t worker_with_timer, timer_ran_in;

static void note_timer(void* cookie) {
    (void)cookie;
    timer_ran_in = pthread_self();
    timer_ran = 1;
}

static void start_timer_in_worker(void* cookie) {
    job_work(cookie);
    worker_with_timer = pthread_self();
    start_timer(&timer_of_worker, 50, note_timer, NULL);
}

// Workers are threads of the library like any other.
PROMISE(what_work_registers_in_its_thread_keeps_that_alive_after_the_pool_was_put) {
    struct iv_work_pool pool;
    struct job job;

    iv_init();
    create_pool_with_hooks(&pool, 1);
    prepare_job(&job);
    job.item.work = start_timer_in_worker;
    iv_work_pool_submit_work(&pool, &job.item);
    iv_work_pool_put(&pool);
    iv_main();
    SAME(job.completed, 1);
    SAME(timer_ran, 1);
    KEEP(pthread_equal(timer_ran_in, worker_with_timer));
    iv_deinit();
}

static void submit_meeting(struct iv_work_pool* pool, struct job* jobs, int count) {
    meeting_of_jobs.arrived = 0;
    for (int index = 0; index < count; index++) {
        prepare_job(&jobs[index]);
        jobs[index].to_meet = count;
        iv_work_pool_submit_work(pool, &jobs[index].item);
    }
}

static void all_met(struct job* jobs, int count) {
    for (int index = 0; index < count; index++) {
        while (jobs[index].completed == 0) {
            run_for(1);
        }
        SAME(jobs[index].met, 1);
    }
}

// F2: in stock every item kicks the same idle worker until it wakes, which then works on one after
// the other: four items of 100 ms take 400.
BETTER(a_burst_of_items_occupies_all_idle_workers) {
    struct iv_work_pool pool;
    struct job jobs[4];

    iv_init();
    create_pool(&pool, 4);
    for (int times = 0; times < 20; times++) {
        submit_meeting(&pool, jobs, 4);
        all_met(jobs, 4);
    }
    SAME(threads_of_this_process(), 5);
    iv_work_pool_put(&pool);
    iv_main();
    iv_deinit();
}

static void wait_until_arrived(void) {
    int arrived = 0;

    while (arrived == 0) {
        pthread_mutex_lock(&meeting_of_jobs.mutex);
        arrived = meeting_of_jobs.arrived;
        pthread_mutex_unlock(&meeting_of_jobs.mutex);
        sched_yield();
    }
}

// B8: stock starts a second worker, as the first is busy; that finds no descriptor for its loop and
// aborts the process.
BETTER(without_a_free_descriptor_items_work_on_the_workers_there_are) {
    struct iv_work_pool pool;
    struct job busy, jobs[5];

    iv_init();
    create_pool(&pool, 4);
    prepare_job(&busy);
    busy.to_meet = 2;
    iv_work_pool_submit_work(&pool, &busy.item);
    wait_until_arrived();
    promise_few_descriptors(0);
    for (int index = 0; index < 5; index++) {
        submit_job(&pool, &jobs[index]);
    }
    KEEP(meet(&meeting_of_jobs, 2));
    iv_work_pool_put(&pool);
    iv_main();
    for (int index = 0; index < 5; index++) {
        SAME(jobs[index].worked, 1);
        SAME(jobs[index].completed, 1);
        KEEP(pthread_equal(jobs[index].worked_in, busy.worked_in));
        KEEP(pthread_equal(jobs[index].completed_in, pthread_self()));
    }
    promise_many_descriptors();
    iv_deinit();
}

// B8: as above. Which thread works, a worker or this one, depends on what a worker needs.
BETTER(without_a_free_descriptor_items_of_a_pool_without_workers_work_too) {
    struct iv_work_pool pool;
    struct job jobs[5];

    iv_init();
    create_pool(&pool, 4);
    promise_few_descriptors(0);
    for (int index = 0; index < 5; index++) {
        submit_job(&pool, &jobs[index]);
    }
    iv_work_pool_put(&pool);
    iv_main();
    for (int index = 0; index < 5; index++) {
        SAME(jobs[index].worked, 1);
        SAME(jobs[index].completed, 1);
        KEEP(pthread_equal(jobs[index].completed_in, pthread_self()));
    }
    promise_many_descriptors();
    iv_deinit();
}

// B8: a pool that met the limit once is not crippled for good.
BETTER(workers_are_started_again_when_descriptors_are_back) {
    struct iv_work_pool pool;
    struct job first, jobs[3];

    iv_init();
    create_pool(&pool, 3);
    promise_few_descriptors(0);
    submit_meeting(&pool, &first, 1);
    all_met(&first, 1);
    promise_many_descriptors();
    submit_meeting(&pool, jobs, 3);
    all_met(jobs, 3);
    iv_work_pool_put(&pool);
    iv_main();
    iv_deinit();
}

// B8, B7: stock aborts.
BETTER(a_pool_created_without_a_free_descriptor_works) {
    struct iv_work_pool pool;
    struct job job;

    iv_init();
    promise_few_descriptors(0);
    create_pool(&pool, 2);
    submit_job(&pool, &job);
    iv_work_pool_put(&pool);
    iv_main();
    SAME(job.worked, 1);
    SAME(job.completed, 1);
    promise_many_descriptors();
    iv_deinit();
}

static void work_without_threads(void) {
    struct rlimit none = {0, 0};
    struct iv_work_pool pool;
    struct job jobs[3];

    // Who may do everything may start threads too: so this one must not.
    if (geteuid() == 0) {
        SAME(setgid(65534), 0);
        SAME(setuid(65534), 0);
    }
    iv_init();
    setrlimit(RLIMIT_NPROC, &none);
    create_pool(&pool, 2);
    for (int index = 0; index < 3; index++) {
        submit_job(&pool, &jobs[index]);
        SAME(jobs[index].worked, 0);
    }
    iv_work_pool_put(&pool);
    iv_main();
    for (int index = 0; index < 3; index++) {
        SAME(jobs[index].worked, 1);
        SAME(jobs[index].completed, 1);
        KEEP(pthread_equal(jobs[index].worked_in, pthread_self()));
    }
    iv_deinit();
    _exit(0);  // a search for leaks would need a thread too
}

// B8: what stock accepts is never worked on.
BETTER(where_no_thread_can_be_started_items_work_in_the_one_of_the_pool) {
    SAME(promise_status_of(work_without_threads, NULL, 0), 0);
}

static struct iv_work_pool* pool_of_continuations;
static struct job continuations[3];

static void work_and_continue(void* cookie) {
    struct job* job = cookie;

    job_work(job);
    if (job < &continuations[2]) {
        iv_work_pool_submit_continuation(pool_of_continuations, &job[1].item);
    }
}

// Absent from stock 0.42.4; the function came with 0.43.
BETTER(work_may_submit_another_item_to_its_pool) {
    struct iv_work_pool pool;

    KEEP(iv_work_pool_submit_continuation != NULL);
    iv_init();
    create_pool(&pool, 1);
    pool_of_continuations = &pool;
    for (int index = 0; index < 3; index++) {
        prepare_job(&continuations[index]);
        continuations[index].item.work = work_and_continue;
    }
    continuations[2].pool_to_put = &pool;
    iv_work_pool_submit_work(&pool, &continuations[0].item);
    iv_main();
    for (int index = 0; index < 3; index++) {
        SAME(continuations[index].worked, 1);
        SAME(continuations[index].completed, 1);
        KEEP(pthread_equal(continuations[index].worked_in, continuations[0].worked_in));
        KEEP(pthread_equal(continuations[index].completed_in, pthread_self()));
    }
    iv_deinit();
}

static void continue_and_meet(void* cookie) {
    iv_work_pool_submit_continuation(pool_of_continuations, &continuations[1].item);
    job_work(cookie);
}

// Absent from stock 0.42.4. Only the pool's own thread starts threads, and it sleeps in its loop.
BETTER(a_continuation_may_need_another_thread) {
    struct iv_work_pool pool;

    KEEP(iv_work_pool_submit_continuation != NULL);
    iv_init();
    create_pool(&pool, 2);
    pool_of_continuations = &pool;
    prepare_job(&continuations[0]);
    prepare_job(&continuations[1]);
    continuations[0].item.work = continue_and_meet;
    continuations[0].to_meet = 2;
    continuations[1].to_meet = 2;
    iv_work_pool_submit_work(&pool, &continuations[0].item);
    all_met(continuations, 2);
    iv_work_pool_put(&pool);
    iv_main();
    iv_deinit();
}
