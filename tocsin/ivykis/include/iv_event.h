/* Events: any thread of the process posts, the loop of one thread calls. Public.
 *
 * For C and C++. Posts that come before the call are merged into one; each is followed by a call
 * that starts after it. Events of a thread are called in the order in which they were posted. */
#ifndef TOCSIN_IVYKIS_IV_EVENT_H
#define TOCSIN_IVYKIS_IV_EVENT_H

#include <iv.h>
#include <iv_list.h>

#ifdef __cplusplus
extern "C" {
#endif

/* `cookie` and `handler` are set before it is registered. */
struct iv_event {
    void* cookie; /* handed to the handler */
    void (*handler)(void*);
    void* owner;              /* the library's, as the next */
    struct iv_list_head list; /* no list that others may walk */
};

/* Prepares `event` to be filled in and registered. Changes nothing, yields 0, never fails; any
 * thread. Manual: iv_event(3). */
static __inline__ int IV_EVENT_INIT(struct iv_event* event) {
    (void)event;
    return 0;
}

/* Binds `event` to the loop of the calling thread, where its handler will be called, and which it
 * keeps running. Before any other thread may post it. 0; or -1 with errno, `event` then being
 * unregistered. It needs no descriptor, so running out of them does not make it fail.
 * Manual: iv_event(3). */
int iv_event_register(struct iv_event* event);

/* Unbinds it: the handler is not called any more, also not for what was posted before. On the
 * thread that registered it, also in a handler; the memory may be freed then. The caller sees to
 * it that no other thread posts meanwhile or later. Manual: iv_event(3). */
void iv_event_unregister(struct iv_event* event);

/* Has the handler called on the thread that registered `event`, once for all posts until then,
 * after what this thread wrote before has become visible there. Any thread of the process, with a
 * loop or without; not from a signal handler nor in a forked child, see iv_event_raw_post().
 * Never blocks for long, allocates or fails. Manual: iv_event(3). */
void iv_event_post(struct iv_event* event);

#ifdef __cplusplus
}
#endif

#endif
