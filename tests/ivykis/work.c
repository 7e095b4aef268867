// Promises of iv_work: where items work, where they complete, and how pools end. For tests/ivykis.
#include "work.h"

#include "loop_time.h"

#include <iv_thread.h>

PROMISE(an_item_works_in_another_thread_and_completes_in_the_one_of_the_pool) {
    struct iv_work_pool pool;
    struct job job;

    iv_init();
    create_pool(&pool, 1);
    submit_job(&pool, &job);
    job.pool_to_put = &pool;
    iv_main();
    SAME(job.worked, 1);
    SAME(job.completed, 1);
    KEEP(!pthread_equal(job.worked_in, pthread_self()));
    KEEP(pthread_equal(job.completed_in, pthread_self()));
    wait_for_threads(1);
    iv_deinit();
}

PROMISE(threads_are_started_by_items_and_not_by_the_pool) {
    struct iv_work_pool pool;
    struct job job;

    iv_init();
    create_pool(&pool, 4);
    SAME(threads_of_this_process(), 1);
    submit_job(&pool, &job);
    iv_work_pool_put(&pool);
    iv_main();
    SAME(job.completed, 1);
    iv_deinit();
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int working, most_working;

static void count_working(void* cookie) {
    pthread_mutex_lock(&mutex);
    working++;
    most_working = working > most_working ? working : most_working;
    pthread_mutex_unlock(&mutex);
    job_work(cookie);
    pthread_mutex_lock(&mutex);
    working--;
    pthread_mutex_unlock(&mutex);
}

// Each of the first three waits for the two others; the rest find the meeting over.
PROMISE(as_many_items_as_max_threads_says_work_at_the_same_time) {
    struct iv_work_pool pool;
    struct job jobs[12];

    iv_init();
    create_pool(&pool, 3);
    for (int index = 0; index < 12; index++) {
        prepare_job(&jobs[index]);
        jobs[index].item.work = count_working;
        jobs[index].to_meet = 3;
        iv_work_pool_submit_work(&pool, &jobs[index].item);
    }
    iv_work_pool_put(&pool);
    iv_main();
    for (int index = 0; index < 12; index++) {
        SAME(jobs[index].worked, 1);
        SAME(jobs[index].met, 1);
        SAME(jobs[index].completed, 1);
    }
    SAME(most_working, 3);
    iv_deinit();
}

PROMISE(max_threads_may_be_raised_while_items_work) {
    struct iv_work_pool pool;
    struct job jobs[2];

    iv_init();
    create_pool(&pool, 1);
    for (int index = 0; index < 2; index++) {
        prepare_job(&jobs[index]);
        jobs[index].to_meet = 2;
        iv_work_pool_submit_work(&pool, &jobs[index].item);
        pool.max_threads = 2;
    }
    iv_work_pool_put(&pool);
    iv_main();
    SAME(jobs[0].met, 1);
    SAME(jobs[1].met, 1);
    iv_deinit();
}

static void submit_and_wait_in_vain(void) {
    struct iv_work_pool pools[2];
    struct job jobs[2];

    iv_init();
    for (int index = 0; index < 2; index++) {
        create_pool(&pools[index], -index);
        submit_job(&pools[index], &jobs[index]);
        run_for(50);
        SAME(jobs[index].worked, 0);
        SAME(jobs[index].completed, 0);
    }
    // Nobody knows whether more threads are to come: the pool holds the loop.
    alarm_in(50);
    iv_main();
}

PROMISE(a_pool_that_may_have_no_threads_does_nothing) {
    KEEP(ended_by(promise_status_of(submit_and_wait_in_vain, NULL, 0), SIGALRM));
}

static char order[8];

static void note_completion(void* cookie) {
    order[strlen(order)] = ((struct job*)cookie)->to_meet == 2 ? 'b' : 'a';
    job_complete(cookie);
    meet(&meeting_of_jobs, 0);
}

// The first is let go by the completion of the second.
PROMISE(items_complete_in_the_order_in_which_their_work_ends) {
    struct iv_work_pool pool;
    struct job first, second;

    iv_init();
    create_pool(&pool, 2);
    prepare_job(&first);
    first.item.completion = note_completion;
    first.to_meet = 3;
    prepare_job(&second);
    second.item.completion = note_completion;
    second.to_meet = 2;
    iv_work_pool_submit_work(&pool, &first.item);
    iv_work_pool_submit_work(&pool, &second.item);
    iv_work_pool_put(&pool);
    iv_main();
    KEEP(first.met && second.met);
    KEEP(strcmp(order, "ba") == 0);
    iv_deinit();
}

PROMISE(one_thread_completes_items_in_the_order_in_which_it_worked_on_them) {
    struct iv_work_pool pool;
    struct job jobs[20];

    iv_init();
    create_pool(&pool, 1);
    for (int index = 0; index < 20; index++) {
        submit_job(&pool, &jobs[index]);
    }
    iv_work_pool_put(&pool);
    iv_main();
    for (int index = 0; index < 20; index++) {
        SAME(jobs[index].worked, 1);
        SAME(jobs[index].completed, 1);
        KEEP(pthread_equal(jobs[index].worked_in, jobs[0].worked_in));
    }
    iv_deinit();
}

static int left_to_submit = 100;
static struct iv_work_pool* pool_to_submit_to;

static void submit_again_or_free(void* cookie) {
    struct job* job = cookie;

    job_complete(job);
    if (--left_to_submit > 0) {
        iv_work_pool_submit_work(pool_to_submit_to, &job->item);
    } else {
        SAME(job->worked, 100);
        FILL(*job);
        free(job);
        iv_work_pool_put(pool_to_submit_to);
    }
}

PROMISE(an_item_may_be_submitted_again_or_freed_by_its_completion) {
    struct iv_work_pool pool;
    struct job* job = malloc(sizeof *job);

    iv_init();
    create_pool(&pool, 2);
    pool_to_submit_to = &pool;
    prepare_job(job);
    job->item.completion = submit_again_or_free;
    iv_work_pool_submit_work(&pool, &job->item);
    iv_main();
    SAME(left_to_submit, 0);
    iv_deinit();
}

static void note_local_work(void* cookie) {
    job_work(cookie);
    strcat(order, "w");
}

static void note_local_completion(void* cookie) {
    job_complete(cookie);
    strcat(order, "c");
}

PROMISE(without_a_pool_work_and_completion_follow_each_other_in_this_thread) {
    struct job jobs[2];

    iv_init();
    for (int index = 0; index < 2; index++) {
        prepare_job(&jobs[index]);
        jobs[index].item.work = note_local_work;
        jobs[index].item.completion = note_local_completion;
        iv_work_pool_submit_work(NULL, &jobs[index].item);
    }
    KEEP(strcmp(order, "") == 0);
    iv_main();
    KEEP(strcmp(order, "wcwc") == 0);
    for (int index = 0; index < 2; index++) {
        SAME(jobs[index].worked, 1);
        KEEP(pthread_equal(jobs[index].worked_in, pthread_self()));
        KEEP(pthread_equal(jobs[index].completed_in, pthread_self()));
    }
    wait_for_threads(1);
    iv_deinit();
}

static void free_local(void* cookie) {
    FILL(*(struct job*)cookie);
    free(cookie);
    left_to_submit = 0;
}

PROMISE(an_item_without_a_pool_may_be_freed_by_its_completion) {
    struct job* job = malloc(sizeof *job);

    iv_init();
    prepare_job(job);
    job->item.completion = free_local;
    iv_work_pool_submit_work(NULL, &job->item);
    iv_main();
    SAME(left_to_submit, 0);
    iv_deinit();
}

PROMISE(a_pool_can_be_put_before_its_items_worked_and_its_memory_used_for_another) {
    struct iv_work_pool pool;
    struct job jobs[10];

    iv_init();
    for (int index = 0; index < 10; index++) {
        if (index % 5 == 0) {
            create_pool(&pool, 1);
        }
        submit_job(&pool, &jobs[index]);
        if (index % 5 == 4) {
            iv_work_pool_put(&pool);
            FILL(pool);
        }
    }
    iv_main();
    for (int index = 0; index < 10; index++) {
        SAME(jobs[index].worked, 1);
        SAME(jobs[index].completed, 1);
        KEEP(pthread_equal(jobs[index].completed_in, pthread_self()));
    }
    KEEP(!pthread_equal(jobs[0].worked_in, jobs[9].worked_in));
    iv_deinit();
}

PROMISE(a_pool_that_never_had_an_item_ends_when_it_is_put) {
    struct iv_work_pool pool;

    iv_init();
    create_pool(&pool, 4);
    iv_work_pool_put(&pool);
    iv_main();
    iv_deinit();
}

static void wait_with_an_idle_pool(void) {
    struct iv_work_pool pool;

    iv_init();
    create_pool(&pool, 4);
    alarm_in(50);
    iv_main();
}

PROMISE(a_pool_holds_the_loop_until_it_is_put) {
    KEEP(ended_by(promise_status_of(wait_with_an_idle_pool, NULL, 0), SIGALRM));
}

static void use_a_pool(void* argument) {
    struct iv_work_pool pool;
    struct job job;

    (void)argument;
    iv_init();
    create_pool(&pool, 2);
    submit_job(&pool, &job);
    job.pool_to_put = &pool;
    iv_main();
    SAME(job.completed, 1);
    KEEP(pthread_equal(job.completed_in, pthread_self()));
    iv_deinit();
}

PROMISE(each_thread_may_have_pools_of_its_own) {
    iv_init();
    for (int times = 0; times < 3; times++) {
        SAME(iv_thread_create("owner", use_a_pool, NULL), 0);
    }
    iv_main();
    wait_for_threads(1);
    iv_deinit();
}
