// Times in milliseconds for a loop and against it. For tests/ivykis.
#ifndef TESTS_IVYKIS_LOOP_TIME_H
#define TESTS_IVYKIS_LOOP_TIME_H

#include <iv.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

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

struct loop_time {
    struct iv_timer timer;
    struct iv_task task;
    int turns_left;
};

static inline void loop_time_turn(void* cookie) {
    struct loop_time* time = cookie;

    if (--time->turns_left > 0) {
        iv_task_register(&time->task);
    } else {
        iv_quit();
    }
}

// Runs the loop until something calls iv_quit(), and for that long at most: to see that nothing
// happens. What is ready when it begins is handled, however late this process gets the processor: a
// few more turns follow after the time.
static inline void run_for(int milliseconds) {
    struct loop_time time = {.turns_left = 4};

    IV_TASK_INIT(&time.task);
    time.task.cookie = &time;
    time.task.handler = loop_time_turn;
    start_timer(&time.timer, milliseconds, loop_time_turn, &time);
    iv_main();
    if (iv_timer_registered(&time.timer)) {
        iv_timer_unregister(&time.timer);
    }
    if (iv_task_registered(&time.task)) {
        iv_task_unregister(&time.task);
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
