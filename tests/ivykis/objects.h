// Registers objects of ivykis in one line each, and notes the order in which they are called. For
// tests/ivykis.
#ifndef TESTS_IVYKIS_OBJECTS_H
#define TESTS_IVYKIS_OBJECTS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE  // for pipe2() and the like: this header is the first one of each file
#endif

#include "promise.h"

#include <fcntl.h>
#include <iv.h>
#include <iv_event.h>
#include <iv_event_raw.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

static const long long ms = 1000000;

// What was called so far, as a text of marks.
static char trace[4096];

// A handler whose cookie is the text that it appends to the trace.
static inline void mark(void* cookie) {
    strncat(trace, (const char*)cookie, sizeof trace - strlen(trace) - 1);
}

static inline void mark_and_quit(void* cookie) {
    mark(cookie);
    iv_quit();
}

// For programs that need iv_quit() as a handler, whatever the cookie is.
static inline void quit(void* cookie) {
    (void)cookie;
    iv_quit();
}

// A handler that must not be called.
static inline void never(void* cookie) {
    fprintf(stderr, "after the trace \"%s\"\n", trace);
    promise_broken(__FILE__, __LINE__, cookie == NULL ? "never called" : (const char*)cookie);
}

// Ends the process as a failure unless the trace is `expected`; then the next one begins.
#define TRACE(expected) trace_is(__FILE__, __LINE__, (expected))

static inline void trace_is(const char* file, int line, const char* expected) {
    if (strcmp(trace, expected) != 0) {
        fprintf(stderr, "the trace is \"%s\", not \"%s\"\n", trace, expected);
        promise_broken(file, line, "TRACE");
    }
    trace[0] = '\0';
}

static inline struct timespec later(long long delay_ns) {
    struct timespec moment = iv_now;
    long long nsec = moment.tv_nsec + delay_ns % 1000000000;

    moment.tv_sec += (time_t)(delay_ns / 1000000000 + nsec / 1000000000);
    moment.tv_nsec = (long)(nsec % 1000000000);
    return moment;
}

// Each object is full of rubbish before it is initialised, as on the stack of a program.
static inline void start_task(struct iv_task* task, void (*handler)(void*), void* cookie) {
    FILL(*task);
    IV_TASK_INIT(task);
    task->cookie = cookie;
    task->handler = handler;
    iv_task_register(task);
}

static inline void start_timer_at(struct iv_timer* timer, struct timespec moment,
                                  void (*handler)(void*), void* cookie) {
    FILL(*timer);
    IV_TIMER_INIT(timer);
    timer->expires = moment;
    timer->cookie = cookie;
    timer->handler = handler;
    iv_timer_register(timer);
}

static inline void start_timer(struct iv_timer* timer, long long delay_ns, void (*handler)(void*),
                               void* cookie) {
    start_timer_at(timer, later(delay_ns), handler, cookie);
}

static inline void prepare_fd(struct iv_fd* fd, int number, void* cookie) {
    FILL(*fd);
    IV_FD_INIT(fd);
    fd->fd = number;
    fd->cookie = cookie;
}

// An fd with a handler for reading and no other.
static inline void start_reader(struct iv_fd* fd, int number, void (*handler)(void*),
                                void* cookie) {
    prepare_fd(fd, number, cookie);
    fd->handler_in = handler;
    iv_fd_register(fd);
}

static inline void start_writer(struct iv_fd* fd, int number, void (*handler)(void*),
                                void* cookie) {
    prepare_fd(fd, number, cookie);
    fd->handler_out = handler;
    iv_fd_register(fd);
}

static inline void prepare_event(struct iv_event* event, void (*handler)(void*), void* cookie) {
    FILL(*event);
    IV_EVENT_INIT(event);
    event->cookie = cookie;
    event->handler = handler;
}

static inline void start_event(struct iv_event* event, void (*handler)(void*), void* cookie) {
    prepare_event(event, handler, cookie);
    SAME(iv_event_register(event), 0);
}

static inline void prepare_raw(struct iv_event_raw* raw, void (*handler)(void*), void* cookie) {
    FILL(*raw);
    IV_EVENT_RAW_INIT(raw);
    raw->cookie = cookie;
    raw->handler = handler;
}

static inline void start_raw(struct iv_event_raw* raw, void (*handler)(void*), void* cookie) {
    prepare_raw(raw, handler, cookie);
    SAME(iv_event_raw_register(raw), 0);
}

static inline void quit_in_next_turn(void* task) {
    start_task((struct iv_task*)task, quit, NULL);
}

// Runs the loop for one look at its descriptors and events, which does not sleep.
static inline void one_turn(void) {
    struct iv_task task;

    start_task(&task, quit_in_next_turn, &task);
    iv_main();
}

// Makes a pipe, `ends[0]` of which can be read at once when `bytes` is not 0.
static inline void open_pipe(int ends[2], int bytes) {
    SAME(pipe2(ends, O_CLOEXEC), 0);
    for (int count = 0; count < bytes; count++) {
        SAME(write(ends[1], "x", 1), 1);
    }
}

// Runs `body` in a thread of its own to its end.
static inline void in_a_thread(void* (*body)(void*), void* argument) {
    pthread_t thread;

    SAME(pthread_create(&thread, NULL, body, argument), 0);
    SAME(pthread_join(thread, NULL), 0);
}

static inline void* post_event(void* event) {
    iv_event_post((struct iv_event*)event);
    return NULL;
}

// Registers a descriptor that is never ready. Under the method epoll the stock library asks the
// kernel for as many reports as it has descriptors, and forgets the one that it gets for events:
// one descriptor more makes room for it, so that none of the others has to wait for the next turn.
static inline void make_room(void) {
    static struct iv_fd room;
    int ends[2];

    open_pipe(ends, 0);
    start_reader(&room, ends[0], never, NULL);
}

// Whether the process uses epoll; under poll and ppoll some things come out otherwise.
static inline int by_epoll(void) {
    return strncmp(iv_poll_method_name(), "epoll", 5) == 0;
}

// What one way to wake a loop takes: an eventfd, or a pair where the kernel refuses that.
static inline int descriptors_of_a_channel(void) {
    int number = eventfd(0, EFD_CLOEXEC);

    if (number < 0) {
        return 2;
    }
    close(number);
    return 1;
}

// Whether `body`, run in a process of its own, aborts. If it does not, it must end well.
static inline int aborts_or_ends_well(void (*body)(void)) {
    int status = promise_status_of(body, NULL, 0);

    KEEP(status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
    return status != 0;
}

static inline void exit_by_epoll(void) {
    iv_init();
    exit(by_epoll());
}

// As by_epoll(), for a process that has not called iv_init() because its children are to do so.
static inline int will_be_by_epoll(void) {
    return WEXITSTATUS(promise_status_of(exit_by_epoll, NULL, 0));
}

// An object on pages of its own, so that whoever touches it after vanish(), or beyond its end, is
// ended by SIGSEGV; memory that is only freed would let that pass.
static inline void* appear(size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char* pages = (char*)mmap(NULL, 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    KEEP(pages != MAP_FAILED);
    SAME(mprotect(pages, page, PROT_READ | PROT_WRITE), 0);
    return pages + page - size;
}

static inline void vanish(void* object, size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    SAME(mprotect((char*)object + size - page, page, PROT_NONE), 0);
}

#define APPEAR(type) ((type*)appear(sizeof(type)))
#define VANISH(object) vanish((object), sizeof *(object))

// Lets time pass while the thread keeps running, as a handler does that works for long.
static inline void work_for(long long ns) {
    for (long long end = promise_now() + ns; promise_now() < end;) {
    }
}

// Whether the loop sleeps while nothing happens for 100 ms: one that spins never gives the
// processor away by itself. (What it uses of the processor says less on a virtual machine.)
static inline int loop_sleeps(void) {
    struct rusage before, after;
    struct timespec busy_before, busy_after;
    struct iv_timer timer;
    long sleeps;

    start_timer(&timer, 100 * ms, quit, NULL);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &busy_before);
    getrusage(RUSAGE_THREAD, &before);
    iv_main();
    getrusage(RUSAGE_THREAD, &after);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &busy_after);
    sleeps = after.ru_nvcsw - before.ru_nvcsw;
    return sleeps >= 1 && sleeps <= 10 &&
           (busy_after.tv_sec - busy_before.tv_sec) * 1000000000LL + busy_after.tv_nsec -
                   busy_before.tv_nsec <
               50 * ms;
}

#endif
