/* The event loop of a thread: its start and end, descriptors, timers, tasks, time. Public.
 *
 * For C and C++. One loop per thread; every object belongs to the thread that registered it, and
 * its handler runs there, from iv_main(). Objects are memory of the caller, which the library
 * links but never allocates or frees: an object may be freed or used anew as soon as it is
 * unregistered, also in its own handler and in those of others. */
#ifndef TOCSIN_IVYKIS_IV_H
#define TOCSIN_IVYKIS_IV_H

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <unistd.h>
#ifdef __GLIBC__
/* None of the above shows struct timespec where the compiler is held to ISO C (-std=c99). */
#include <bits/types/struct_timespec.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------- the thread's loop */

/* Gives the calling thread a loop. Once per thread, before anything else below; after
 * iv_deinit() it may be called again; while the thread has a loop, it does nothing. The first call
 * in the process also has SIGPIPE and SIGURG ignored unless there is a handler for them, raises the
 * limit of open descriptors, and chooses how all loops wait (see iv_poll_methods(3)). Calls back
 * the init hooks of iv_tls(3) only. Without memory or a descriptor for a loop it ends the process,
 * see iv_fatal(). Manual: iv_init(3). */
void iv_init(void);

/* Takes the loop of the calling thread away and frees what the library holds for it. Objects that
 * are still registered are forgotten: their handlers are not called any more and their memory is
 * the caller's again. Calls back the deinit hooks of iv_tls(3), first of all. A thread that ends
 * without this call has it made for it. Ends the process when the thread has no loop.
 * Manual: iv_init(3). */
void iv_deinit(void);

/* Whether the calling thread has a loop: 1 or 0. Any thread, at any time; never fails.
 * Manual: iv_init(3). */
int iv_inited(void);

/* Runs the loop of the calling thread: calls the handlers of what is due, sleeps, and so on, until
 * no object is registered or iv_quit() was called. Due timers and tasks run at least once. What is
 * registered when it returns stays so, and the next iv_main() goes on with it. It must not be
 * called from a handler. Manual: iv_init(3). */
void iv_main(void);

/* Has the running iv_main() of the calling thread return once the handlers that are due already
 * were called. From a handler, on the loop's thread. A call while iv_main() is not running is
 * without effect. Manual: iv_init(3). */
void iv_quit(void);

/* The name of how all loops of the process wait: "epoll-timerfd", "epoll", "ppoll" or "poll".
 * NULL before the first iv_init(). Any thread; the text is the library's and stays.
 * Manual: iv_poll_methods(3). */
const char* iv_poll_method_name(void);

/* The number of the calling thread, as gettid(2) gives it. Any thread; never fails.
 * Manual: iv_thread(3). */
unsigned long iv_get_thread_id(void);

/* Ends the process: formats a message as printf(3) does, at most 1023 bytes of it, hands it to the
 * handler that is set (to syslog(3) and standard error when none is), and calls abort(3). It does
 * not return, also when the handler does. Any thread. The library ends a process in the same way
 * when it is called against its rules. Manual: iv_fatal(3). */
void iv_fatal(const char* format, ...) __attribute__((__noreturn__, __format__(__printf__, 1, 2)));

/* Sets the one handler of the process for messages of iv_fatal(); NULL goes back to the default.
 * It runs on the thread that failed, which ends in abort(3) after it; the message is valid during
 * the call only. Any thread, also before iv_init(); never fails. Manual: iv_fatal(3). */
void iv_set_fatal_msg_handler(void (*handler)(const char* message));

/* -------------------------------------------------------------------------------------- time */

/* The time of the loop of the calling thread, on CLOCK_MONOTONIC: read from the clock when it is
 * not valid, and kept until the loop has slept or iv_invalidate_now() was called. The object is
 * the library's and stays at its address as long as the loop lives; timers are compared with it.
 * Only on a thread with a loop. Use iv_now. Manual: iv_time(3). */
const struct timespec* __iv_now_location_valid(void);

/* The current time of the loop, an lvalue of type const struct timespec. Manual: iv_time(3). */
#define iv_now (*__iv_now_location_valid())

/* Does nothing: iv_now is always valid. It was needed before once. Manual: iv_time(3). */
#define iv_validate_now() ((void)0)

/* Has the next use of iv_now read the clock again: to be called after work that took long.
 * Only on a thread with a loop; calls nothing back, never fails. Manual: iv_time(3). */
void iv_invalidate_now(void);

/* ------------------------------------------------------------------------------- descriptors */

/* A descriptor that is watched. Set `fd` before it is registered and leave it then; `cookie` may be
 * changed at any time, the handlers by the functions below once it is registered. */
struct iv_fd {
    int fd;
    void* cookie;               /* handed to the handlers */
    void (*handler_in)(void*);  /* it can be read, or has an error or hang-up; NULL: unwatched */
    void (*handler_out)(void*); /* it can be written, or has an error or hang-up */
    void (*handler_err)(void*); /* it has an error or hang-up; called first of the three */
    void* reserved_[11];        /* the library's */
};

/* Makes `watch` an object that is not registered: fd -1, no handlers; `cookie` is left alone.
 * Before anything else is done with it, on any thread, also before iv_init(). Never fails; on a
 * registered object it must not be called. Manual: iv_fd(3). */
void IV_FD_INIT(struct iv_fd* watch);

/* Watches the descriptor from now on: while it is ready, the handlers that are set are called
 * again and again on this thread. The descriptor stays the caller's; it is made non-blocking and
 * closed on exec. Ends the process when `watch` is registered already, and, right at this call,
 * when the descriptor is not open, cannot be watched (a regular file), or is watched by another
 * object of this thread. Manual: iv_fd(3). */
void iv_fd_register(struct iv_fd* watch);

/* As iv_fd_register(), but what the descriptor is to blame for is returned: 0, or -1 with errno
 * EBADF (not open), EPERM (it cannot be watched), EEXIST (another object of this thread watches
 * it), ENOMEM or ENOSPC. Then `watch` is not registered and the descriptor is as it was.
 * Manual: iv_fd(3). */
int iv_fd_register_try(struct iv_fd* watch);

/* Ends the watch: no handler of it is called any more, also not for what was ready already. On the
 * thread that registered it, before the descriptor is closed; the memory may be freed then. Ends
 * the process when it is not registered. Manual: iv_fd(3). */
void iv_fd_unregister(struct iv_fd* watch);

/* Whether `watch` is registered: 1 or 0. It has to have been through IV_FD_INIT(); never fails.
 * Manual: iv_fd(3). */
int iv_fd_registered(const struct iv_fd* watch);

/* Sets a handler of a registered watch, or takes it away (NULL): in effect at once, also within the
 * round of calls that is running. On the thread that registered it. Switching to and fro is cheap:
 * the kernel hears of the outcome only, before the loop sleeps. Ends the process when `watch` is
 * not registered. Manual: iv_fd(3). */
void iv_fd_set_handler_in(struct iv_fd* watch, void (*handler)(void* cookie));
void iv_fd_set_handler_out(struct iv_fd* watch, void (*handler)(void* cookie));
void iv_fd_set_handler_err(struct iv_fd* watch, void (*handler)(void* cookie));

/* ------------------------------------------------------------------------------------- tasks */

/* A call that the loop makes once, before it sleeps. `cookie` and `handler` may be changed at any
 * time until it is made. */
struct iv_task {
    void* cookie; /* handed to the handler */
    void (*handler)(void*);
    void* reserved_[6]; /* the library's */
};

/* Makes `task` an object that is not registered; `cookie` and `handler` are left alone. Before
 * anything else is done with it, on any thread, also before iv_init(). Never fails; on a registered
 * object it must not be called. Manual: iv_task(3). */
void IV_TASK_INIT(struct iv_task* task);

/* Has the handler called once on this thread, in order of registration, before the loop sleeps.
 * It is unregistered before its handler is called, which may register or free it again. A task
 * that ran already in the running round of tasks waits for the next, so that descriptors get
 * their turn. Ends the process when `task` is registered already. Manual: iv_task(3). */
void iv_task_register(struct iv_task* task);

/* Takes the call back: the handler is not called. On the thread that registered it; the memory may
 * be freed then. Ends the process when it is not registered, or ran already.
 * Manual: iv_task(3). */
void iv_task_unregister(struct iv_task* task);

/* Whether the call is still to be made: 1 or 0. It has to have been through IV_TASK_INIT(); never
 * fails. Manual: iv_task(3). */
int iv_task_registered(const struct iv_task* task);

/* ------------------------------------------------------------------------------------ timers */

/* A call that the loop makes once, at a time. Set `expires` before it is registered and leave it
 * then; `cookie` and `handler` may be changed at any time. */
struct iv_timer {
    struct timespec expires; /* on the clock of iv_now, absolute; long past is allowed */
    void* cookie;            /* handed to the handler */
    void (*handler)(void*);
    void* reserved_[4]; /* the library's */
};

/* Makes `timer` an object that is not registered; the public members are left alone. Before
 * anything else is done with it, on any thread, also before iv_init(). Never fails; on a registered
 * object it must not be called. Manual: iv_timer(3). */
void IV_TIMER_INIT(struct iv_timer* timer);

/* Has the handler called once on this thread, at `expires` or shortly after, never before. Timers
 * run in order of `expires`, equal ones in order of registration. It is unregistered before its
 * handler is called, which may register or free it again; one that it sets into the past runs in
 * the next round. Ends the process when `timer` is registered already, or without memory.
 * Manual: iv_timer(3). */
void iv_timer_register(struct iv_timer* timer);

/* Takes the call back: the handler is not called, also when the timer is due already. On the thread
 * that registered it; the memory may be freed then. Ends the process when it is not registered, or
 * ran already. Manual: iv_timer(3). */
void iv_timer_unregister(struct iv_timer* timer);

/* Whether the call is still to be made: 1 or 0. It has to have been through IV_TIMER_INIT(); never
 * fails. Manual: iv_timer(3). */
int iv_timer_registered(const struct iv_timer* timer);

#ifdef __cplusplus
}
#endif

#endif
