// Work items that note where they ran, and a place where workers meet. For tests/ivykis/work*.c.
#ifndef TESTS_IVYKIS_WORK_H
#define TESTS_IVYKIS_WORK_H

#include "promise.h"
#include "threads.h"

#include <iv_work.h>
#include <pthread.h>
#include <time.h>

struct job {
    struct iv_work_item item;
    int worked;
    int completed;
    pthread_t worked_in;
    pthread_t completed_in;
    struct iv_work_pool* pool_to_put;  // by the completion
    int to_meet;                       // so many have to work at the same time
    int met;
};

struct meeting {
    pthread_mutex_t mutex;
    pthread_cond_t change;
    int arrived;
};

#define MEETING {.mutex = PTHREAD_MUTEX_INITIALIZER, .change = PTHREAD_COND_INITIALIZER}

// Waits until `count` threads have come here, five seconds at most. Whether they did.
static inline int meet(struct meeting* meeting, int count) {
    struct timespec deadline;
    int error = 0;
    int arrived;

    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += 5;
    pthread_mutex_lock(&meeting->mutex);
    meeting->arrived++;
    pthread_cond_broadcast(&meeting->change);
    while (meeting->arrived < count && error == 0) {
        error = pthread_cond_timedwait(&meeting->change, &meeting->mutex, &deadline);
    }
    arrived = meeting->arrived;
    pthread_mutex_unlock(&meeting->mutex);
    return arrived >= count;
}

static struct meeting meeting_of_jobs = MEETING;

static inline void job_work(void* cookie) {
    struct job* job = cookie;

    job->worked++;
    job->worked_in = pthread_self();
    if (job->to_meet > 0) {
        job->met = meet(&meeting_of_jobs, job->to_meet);
    }
}

static inline void job_complete(void* cookie) {
    struct job* job = cookie;

    job->completed++;
    job->completed_in = pthread_self();
    if (job->pool_to_put != NULL) {
        iv_work_pool_put(job->pool_to_put);
    }
}

static inline void prepare_job(struct job* job) {
    FILL(*job);
    IV_WORK_ITEM_INIT(&job->item);
    job->item.cookie = job;
    job->item.work = job_work;
    job->item.completion = job_complete;
    job->worked = 0;
    job->completed = 0;
    job->pool_to_put = NULL;
    job->to_meet = 0;
    job->met = 0;
}

static inline void submit_job(struct iv_work_pool* pool, struct job* job) {
    prepare_job(job);
    iv_work_pool_submit_work(pool, &job->item);
}

// The members that IV_WORK_POOL_INIT() leaves alone hold 0xA5.
static inline void create_pool(struct iv_work_pool* pool, int max_threads) {
    FILL(*pool);
    IV_WORK_POOL_INIT(pool);
    pool->max_threads = max_threads;
    SAME(iv_work_pool_create(pool), 0);
}

#endif
