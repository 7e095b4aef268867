/* Raw events: posted from signal handlers and forked children too. Public.
 *
 * For C and C++. Each takes a descriptor, or two; struct iv_event takes none and is quicker, where
 * only threads post. */
#ifndef TOCSIN_IVYKIS_IV_EVENT_RAW_H
#define TOCSIN_IVYKIS_IV_EVENT_RAW_H

#include <iv.h>

#ifdef __cplusplus
extern "C" {
#endif

/* `cookie` and `handler` are set before it is registered. */
struct iv_event_raw {
    void* cookie; /* handed to the handler */
    void (*handler)(void*);
    struct iv_fd event_rfd; /* the library's, as the next */
    int event_wfd;
};

/* Prepares `event` to be filled in and registered. Changes nothing, never fails; any thread.
 * Manual: iv_event_raw(3). */
static __inline__ void IV_EVENT_RAW_INIT(struct iv_event_raw* event) {
    (void)event;
}

/* Opens a descriptor for `event` and binds it to the loop of the calling thread, where its handler
 * will be called, and which it keeps running. 0; or -1 with errno (EMFILE, ENFILE, ENOMEM ...),
 * `event` then being unregistered and nothing left open. Manual: iv_event_raw(3). */
int iv_event_raw_register(struct iv_event_raw* event);

/* Unbinds it and closes its descriptor: the handler is not called any more, also not for what was
 * posted before. On the thread that registered it, also in a handler; the memory may be freed
 * then. The caller sees to it that nobody posts meanwhile or later. Manual: iv_event_raw(3). */
void iv_event_raw_unregister(struct iv_event_raw* event);

/* Has the handler called on the thread that registered `event`, once for all posts until then. Any
 * thread; also in a signal handler, and in a forked child, which wakes the parent's loop as long
 * as it has not called exec. Keeps errno, never blocks, never fails. Manual: iv_event_raw(3). */
void iv_event_raw_post(const struct iv_event_raw* event);

#ifdef __cplusplus
}
#endif

#endif
