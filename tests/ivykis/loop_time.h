// Times in milliseconds for a loop and against it. For tests/ivykis.
#ifndef TESTS_IVYKIS_LOOP_TIME_H
#define TESTS_IVYKIS_LOOP_TIME_H

#include <iv.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

static inline void loop_time_over(void* cookie) {
    (void)cookie;
    iv_quit();
}

// A timer of this thread's loop, due in `milliseconds`.
static inline void start_timer(struct iv_timer* timer, int milliseconds, void (*handler)(void*),
                               void* cookie) {
    IV_TIMER_INIT(timer);
    timer->cookie = cookie;
    timer->handler = handler;
    iv_invalidate_now();
    timer->expires = iv_now;
    timer->expires.tv_sec += milliseconds / 1000;
    timer->expires.tv_nsec += milliseconds % 1000 * 1000000L;
    if (timer->expires.tv_nsec >= 1000000000L) {
        timer->expires.tv_nsec -= 1000000000L;
        timer->expires.tv_sec++;
    }
    iv_timer_register(timer);
}

// Runs the loop until something calls iv_quit(), and for that long at most: to see that nothing
// happens.
static inline void run_for(int milliseconds) {
    struct iv_timer end;

    start_timer(&end, milliseconds, loop_time_over, NULL);
    iv_main();
    if (iv_timer_registered(&end)) {
        iv_timer_unregister(&end);
    }
}

// Has this process sent SIGALRM. Without a handler that ends it: a body that comes back before then
// was not held by its loop.
static inline void alarm_in(int milliseconds) {
    struct itimerval once = {
        .it_value = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000L}};

    setitimer(ITIMER_REAL, &once, NULL);
}

static inline int ended_by(int status, int signum) {
    return WIFSIGNALED(status) && WTERMSIG(status) == signum;
}

#endif
