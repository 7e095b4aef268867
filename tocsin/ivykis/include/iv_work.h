/* Work done by a pool of threads, with its completion on the owner's loop. Public.
 *
 * For C and C++. */
#ifndef TOCSIN_IVYKIS_IV_WORK_H
#define TOCSIN_IVYKIS_IV_WORK_H

#include <iv.h>
#include <iv_list.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A pool. The first four members are set before it is created. */
struct iv_work_pool {
    int max_threads;             /* read whenever work is submitted, so it may be changed */
    void* cookie;                /* handed to the next two */
    void (*thread_start)(void*); /* on each thread of the pool, first; NULL: not called */
    void (*thread_stop)(void*);  /* on each thread of the pool, last; NULL: not called */
    void* priv;                  /* the library's */
};

/* An item of work. The first three members are set before it is submitted. */
struct iv_work_item {
    void* cookie;              /* handed to the next two */
    void (*work)(void*);       /* on a thread of the pool, which has a loop of its own */
    void (*completion)(void*); /* on the owner's thread, after that */
    struct iv_list_head list;  /* the library's */
};

/* Makes thread_start and thread_stop NULL; the other members are left alone. Never fails; any
 * thread. Manual: iv_work(3). */
static __inline__ void IV_WORK_POOL_INIT(struct iv_work_pool* pool) {
    pool->thread_start = NULL;
    pool->thread_stop = NULL;
}

/* Prepares `item` to be filled in and submitted. Changes nothing, never fails; any thread.
 * Manual: iv_work(3). */
static __inline__ void IV_WORK_ITEM_INIT(struct iv_work_item* item) {
    (void)item;
}

/* Makes the calling thread, which has a loop, the owner of a pool, whose threads are started when
 * there is work for them and end when there was none for 10 s. It keeps the loop running. 0; or -1
 * with errno, and then there is no pool. Manual: iv_work(3). */
int iv_work_pool_create(struct iv_work_pool* pool);

/* Gives the pool up, and returns at once: all that was submitted is still done and completed, which
 * keeps the owner's loop running until then. On the owner's thread, once; the memory of the pool
 * may be freed then. Never fails. Manual: iv_work(3). */
void iv_work_pool_put(struct iv_work_pool* pool);

/* Has item->work(cookie) called on some thread of the pool, in no certain order, and then, on the
 * owner's thread, item->completion(cookie), where the item may be freed or submitted again. On the
 * owner's thread, of which another one is told by ending the process. Without a pool (NULL) both
 * are called on this thread, from its loop; so is the work when no thread can be started at all.
 * Manual: iv_work(3). */
void iv_work_pool_submit_work(struct iv_work_pool* pool, struct iv_work_item* item);

/* As iv_work_pool_submit_work(), from a thread of that pool: from the `work` of another item, or
 * anything on its loop. Manual: iv_work(3). */
void iv_work_pool_submit_continuation(struct iv_work_pool* pool, struct iv_work_item* item);

#ifdef __cplusplus
}
#endif

#endif
