// Uses the installed libivykis as a stranger would, in C: a thread posts an event, its handler
// starts a timer, that has a pool work, and the loop ends when nothing is left in it.
#include <iv.h>
#include <iv_event.h>
#include <iv_work.h>
#include <pthread.h>
#include <stdio.h>

static struct iv_event event;
static struct iv_timer timer;
static struct iv_work_pool pool;
static struct iv_work_item item;
static int steps;

static void work(void* cookie) {
    (void)cookie;
    ++steps;
}

static void completed(void* cookie) {
    (void)cookie;
    ++steps;
    iv_work_pool_put(&pool);
}

static void timed_out(void* cookie) {
    (void)cookie;
    ++steps;
    iv_work_pool_submit_work(&pool, &item);
}

static void posted(void* cookie) {
    (void)cookie;
    ++steps;
    iv_event_unregister(&event);
    timer.expires = iv_now;
    iv_timer_register(&timer);
}

static void* post(void* cookie) {
    iv_event_post(cookie);
    return NULL;
}

int main(void) {
    pthread_t thread;

    iv_init();
    IV_EVENT_INIT(&event);
    event.handler = posted;
    IV_TIMER_INIT(&timer);
    timer.handler = timed_out;
    IV_WORK_POOL_INIT(&pool);
    pool.max_threads = 1;
    IV_WORK_ITEM_INIT(&item);
    item.work = work;
    item.completion = completed;
    if (iv_work_pool_create(&pool) || iv_event_register(&event) ||
        pthread_create(&thread, NULL, post, &event)) {
        return 1;
    }

    iv_main();
    pthread_join(thread, NULL);
    iv_deinit();
    printf("%d steps of 4\n", steps);
    return steps == 4 ? 0 : 1;
}
