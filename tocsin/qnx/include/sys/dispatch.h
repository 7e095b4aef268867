/* Public. Waiting for everything that one server serves. (QNX: dispatch_create(), ...) */
#ifndef _SYS_DISPATCH_H_INCLUDED
#define _SYS_DISPATCH_H_INCLUDED

#include <sys/resmgr.h>
#include <time.h>

typedef union _dispatch_context {
    resmgr_context_t resmgr_context;
    message_context_t message_context;
} dispatch_context_t;

#ifdef __cplusplus
extern "C" {
#endif

/* A new handle. NULL with errno: ENOMEM, EMFILE. */
dispatch_t* dispatch_create(void);

/* Detaches everything. No thread is in dispatch_block() or dispatch_handler() any more. */
int dispatch_destroy(dispatch_t* dpp);

/* A context with room for what was attached so far; used by one thread at a time. NULL with
   errno. */
dispatch_context_t* dispatch_context_alloc(dispatch_t* dpp);
void dispatch_context_free(dispatch_context_t* ctp);

/* Waits for one thing to do, in any number of threads. NULL with errno: EINTR after a signal
   handler ran, or dispatch_unblock(). After the time of dispatch_timeout(): `ctp` with rcvid -1. */
dispatch_context_t* dispatch_block(dispatch_context_t* ctp);

/* Calls what is attached for it. 0. */
int dispatch_handler(dispatch_context_t* ctp);

/* Makes dispatch_block() return in all threads that wait now. Any thread. */
void dispatch_unblock(dispatch_context_t* ctp);

/* How long each dispatch_block() waits from now on at most; NULL: for ever. */
int dispatch_timeout(dispatch_t* dpp, struct timespec* timeout);

#ifdef __cplusplus
}
#endif

#endif
