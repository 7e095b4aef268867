/* Watches on files and folders, by inotify(7). Public.
 *
 * For C and C++. An instance is one descriptor with any number of watches; all belong to the
 * thread that registered the instance. */
#ifndef TOCSIN_IVYKIS_IV_INOTIFY_H
#define TOCSIN_IVYKIS_IV_INOTIFY_H

#include <inttypes.h>
#include <iv.h>
#include <iv_avl.h>
#include <sys/inotify.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An instance. Nothing is to be set in it. */
struct iv_inotify {
    struct iv_fd fd; /* the library's, as all that follows */
    struct iv_avl_tree watches;
    void** term;
};

/* A watch on a path. The first five members are set before it is registered. */
struct iv_inotify_watch {
    struct iv_inotify* inotify; /* a registered instance */
    const char* pathname;       /* read when registering only */
    uint32_t mask;              /* what to be told of, IN_... of inotify(7) */
    void* cookie;               /* handed to the handler */
    /* The event is valid during the call only. */
    void (*handler)(void* cookie, struct inotify_event* event);
    int wd; /* the library's, as the next */
    struct iv_avl_node an;
};

/* Prepares `inotify` to be registered. Changes nothing, never fails; any thread.
 * Manual: iv_inotify(3). */
static __inline__ void IV_INOTIFY_INIT(struct iv_inotify* inotify) {
    (void)inotify;
}

/* Opens an inotify descriptor, which is closed on exec, and binds it to the loop of the calling
 * thread, which it keeps running. 0; or -1 with errno of inotify_init1(2), `inotify` then being
 * unregistered. Manual: iv_inotify(3). */
int iv_inotify_register(struct iv_inotify* inotify);

/* Closes the descriptor: all watches of the instance are gone and must not be unregistered any
 * more; no handler of them is called, also not for what was read already. On the instance's
 * thread, also in a handler of its watches; all the memory may be freed then.
 * Manual: iv_inotify(3). */
void iv_inotify_unregister(struct iv_inotify* inotify);

/* Prepares `watch` to be filled in and registered. Changes nothing, never fails; any thread.
 * Manual: iv_inotify(3). */
static __inline__ void IV_INOTIFY_WATCH_INIT(struct iv_inotify_watch* watch) {
    (void)watch;
}

/* Has the handler called on the instance's thread for each event of the path, in the order of the
 * kernel; also, with IN_Q_OVERFLOW, when the kernel dropped events of the instance. 0; or -1 with
 * errno of inotify_add_watch(2), EEXIST when a watch of this instance is on that file already,
 * which is left as it was. On the instance's thread. Manual: iv_inotify(3). */
int iv_inotify_watch_register(struct iv_inotify_watch* watch);

/* Ends the watch: the handler is not called any more, also not for what was read already. On the
 * instance's thread, also in a handler; the memory may be freed then. A watch that is over by
 * itself (IN_IGNORED, or the one event of IN_ONESHOT) was unregistered before its handler was
 * called; to unregister it once more does nothing. Manual: iv_inotify(3). */
void iv_inotify_watch_unregister(struct iv_inotify_watch* watch);

#ifdef __cplusplus
}
#endif

#endif
