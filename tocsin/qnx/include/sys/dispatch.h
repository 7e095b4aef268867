/* Public. Waiting for everything that one server serves. (QNX: dispatch_create(), ...) */
#ifndef _SYS_DISPATCH_H_INCLUDED
#define _SYS_DISPATCH_H_INCLUDED

#include <pthread.h>
#include <sys/resmgr.h>
#include <time.h>

/* A descriptor that is ready, as its function gets it. */
typedef struct _select_context {
    int rcvid;
    union {
        struct _msg_info msginfo;
        int siginfo[32];
    } info;
    resmgr_iomsgs_t* msg;
    void* dpp;
    int fd;
    unsigned tid;
    unsigned reserved;
    int flags;
    unsigned reserved2[2];
    iov_t iov[1];
} select_context_t;

typedef union _dispatch_context {
    resmgr_context_t resmgr_context;
    message_context_t message_context;
    select_context_t select_context;
} dispatch_context_t;

#define DISPATCH_FLAG_NOLOCK 1

/* Of message_attach(), pulse_attach(), message_connect(). */
#define MSG_FLAG_ALLOC_PULSE 0x002
#define MSG_FLAG_DEFAULT_FUNC 0x100
#define MSG_FLAG_SIDE_CHANNEL 0x200

typedef struct _message_attr {
    unsigned flags;
    unsigned nparts_max;
    size_t msg_max_size;
    unsigned reserved[5];
} message_attr_t;

/* Of select_attach(): as _NOTIFY_COND_INPUT and its kin. */
#define SELECT_FLAG_READ _NOTIFY_COND_INPUT
#define SELECT_FLAG_WRITE _NOTIFY_COND_OUTPUT
#define SELECT_FLAG_EXCEPT _NOTIFY_COND_OBAND
#define SELECT_FLAG_REARM 1
#define SELECT_FLAG_SRVEXCEPT 2
#define SELECT_FLAG_NOREARM 4

typedef struct _select_attr {
    unsigned flags;
    unsigned reserved[3];
} select_attr_t;

#ifndef THREAD_POOL_PARAM_T
#define THREAD_POOL_PARAM_T resmgr_context_t
#endif
#ifndef THREAD_POOL_HANDLE_T
#define THREAD_POOL_HANDLE_T dispatch_t
#endif

/* Threads that take turns to wait: `lo_water` of them at least, `hi_water` at most; `increment`
   more are made when they are too few, up to `maximum` in all. A wait that fails is tried again;
   with POOL_FLAG_CALL_BLOCK_ERRF `error_func` is told before. */
typedef struct _thread_pool_attr {
    THREAD_POOL_HANDLE_T* handle;
    THREAD_POOL_PARAM_T* (*block_func)(THREAD_POOL_PARAM_T* ctp);
    void (*unblock_func)(THREAD_POOL_PARAM_T* ctp);
    int (*handler_func)(THREAD_POOL_PARAM_T* ctp);
    THREAD_POOL_PARAM_T* (*context_alloc)(THREAD_POOL_HANDLE_T* handle);
    void (*context_free)(THREAD_POOL_PARAM_T* ctp);
    pthread_attr_t* attr;
    unsigned short lo_water;
    unsigned short increment;
    unsigned short hi_water;
    unsigned short maximum;
    const char* tid_name;
    int (*error_func)(THREAD_POOL_PARAM_T* ctp);
    unsigned reserved[5];
} thread_pool_attr_t;
typedef struct _thread_pool thread_pool_t;

#define POOL_FLAG_EXIT_SELF 1
#define POOL_FLAG_USE_SELF 2
#define POOL_FLAG_CALL_BLOCK_ERRF 0x40

#define THREAD_POOL_CONTROL_HIWATER 0x00000001U
#define THREAD_POOL_CONTROL_INCREMENT 0x00000002U
#define THREAD_POOL_CONTROL_LOWATER 0x00000004U
#define THREAD_POOL_CONTROL_MAXIMUM 0x00000008U
#define THREAD_POOL_CONTROL_NONBLOCK 0x80000000U

typedef struct _name_attach {
    dispatch_t* dpp;
    int chid;
    int mntid;
    int zero[2];
} name_attach_t;

#define NAME_FLAG_DETACH_SAVEDPP 1
#define NAME_FLAG_ATTACH_GLOBAL 2

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

/* Calls what is attached for it; a message that nothing is attached for is answered with ENOSYS. 0;
   -1 for one that is too short to have a type, or a THREADDEATH pulse. A thread that is cancelled
   in functions of a path ends when it waits again. */
int dispatch_handler(dispatch_context_t* ctp);

/* Makes dispatch_block() return in all threads that wait now. Any thread. */
void dispatch_unblock(dispatch_context_t* ctp);

/* How long each dispatch_block() waits from now on at most; NULL: for ever. */
int dispatch_timeout(dispatch_t* dpp, struct timespec* timeout);

/* A new handle on a channel that is the caller's and stays so; `chid` -1: on a new one. A path is
   served only where the channel has _NTO_CHF_DISCONNECT (EINVAL). */
dispatch_t* dispatch_create_channel(int chid, unsigned flags);

/* Calls `function` for messages of the types `low` to `high`, which it answers itself; with
   MSG_FLAG_DEFAULT_FUNC in `attr`, for all that nothing else is attached for. 0, or -1 with EINVAL
   (types that are attached already, or no range), ENOMEM. Any thread. */
int message_attach(dispatch_t* dpp, message_attr_t* attr, int low, int high,
                   int (*function)(message_context_t* ctp, int type, unsigned flags, void* handle),
                   void* handle);
int message_detach(dispatch_t* dpp, int low, int high, int flags);

/* Calls `function` for pulses of that code, or of one that is free with MSG_FLAG_ALLOC_PULSE: the
   code, or -1 with EINVAL, EAGAIN (none is free), ENOMEM. Any thread. */
int pulse_attach(dispatch_t* dpp, int flags, int code,
                 int (*function)(message_context_t* ctp, int code, unsigned flags, void* handle),
                 void* handle);
int pulse_detach(dispatch_t* dpp, int code, int flags);

/* A connection to the handle's own channel, or -1 with EINVAL (nothing is attached yet), EAGAIN,
   ENOMEM. */
int message_connect(dispatch_t* dpp, int flags);

/* Calls `function` when `fd`, any descriptor of Linux's, is ready for what `flags` names; it is
   armed again when the function has returned, unless SELECT_FLAG_NOREARM, which leaves that to
   select_rearm(). 0, or -1 with errno. Any thread. */
int select_attach(dispatch_t* dpp, select_attr_t* attr, int fd, unsigned flags,
                  int (*function)(select_context_t* ctp, int fd, unsigned flags, void* handle),
                  void* handle);
int select_detach(dispatch_t* dpp, int fd);
int select_rearm(select_context_t* ctp, int fd);
int select_query(select_context_t* ctp, int* fd, unsigned* flags,
                 int (**function)(select_context_t* ctp, int fd, unsigned flags, void* handle),
                 void** handle);

/* NULL with EINVAL for water marks that contradict each other, ENOMEM. */
thread_pool_t* thread_pool_create(thread_pool_attr_t* attr, unsigned flags);

/* Starts lo_water threads. 0, or -1 with errno, ENOMEM when none has a context; does not return
   with POOL_FLAG_EXIT_SELF or POOL_FLAG_USE_SELF. */
int thread_pool_start(void* pool);

/* Waits until all threads have left; none of them calls this. 0. */
int thread_pool_destroy(thread_pool_t* pool);

/* Other marks from now on; -1 leaves one as it is. 0, or -1 with EINVAL. */
int thread_pool_limits(thread_pool_t* pool, int lo_water, int hi_water, int maximum, int increment,
                       unsigned flags);

/* As above, of the marks in `attr` that the flags name; then waits until there are `lower` to
   `upper` threads, unless the flags say NONBLOCK. 0, or -1 with EINVAL. */
int thread_pool_control(thread_pool_t* pool, thread_pool_attr_t* attr, uint16_t lower,
                        uint16_t upper, unsigned flags);

/* Makes a channel known by a name, to this process and others; with dpp NULL, a new one. NULL with
   EEXIST, EINVAL, and errors of files: see tocsin-qnx(7) for where names are. */
name_attach_t* name_attach(dispatch_t* dpp, const char* path, unsigned flags);
int name_detach(name_attach_t* attach, unsigned flags);

/* A connection to the channel of that name; -1 with ENOENT, EPERM, ... */
int name_open(const char* path, int flags);
int name_close(int coid);

#ifdef __cplusplus
}
#endif

#endif
