// Promises of what happens where the process has no memory left, or a thread little stack. For
// tests/ivykis.
#include "objects.h"

#include <sys/resource.h>

static struct iv_fd fd;
static struct iv_task task;
static struct iv_event event;
static struct iv_event_raw raw;
static int ends[2];
static void* volatile taken;  // Clang leaves an allocation out that nobody looks at.

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

// Takes all memory that malloc() can give, and has the kernel give no more.
static void use_up_memory(void) {
#ifndef SANITIZED  // A sanitizer needs memory itself, and ends the process when it gets none.
    struct rlimit none = {0, 0};

    SAME(setrlimit(RLIMIT_AS, &none), 0);
    for (size_t size = 1 << 20; size >= 8; size /= 2) {
        do {
            taken = malloc(size);
        } while (taken != NULL);
    }
#endif
}

static void register_descriptor(void) {
    iv_init();
    open_pipe(ends, 1);
    use_up_memory();
    start_reader(&fd, ends[0], mark, "fd ");
    one_turn();
    iv_fd_unregister(&fd);
    TRACE("fd ");
    iv_deinit();
    _exit(0);
}

PROMISE(registering_a_descriptor_needs_no_memory) {
    SAME(aborts_or_ends_well(register_descriptor), 0);
}

// Who needs memory for it, all the same, says so.
PROMISE(trying_a_descriptor_without_memory_works_or_is_refused) {
    iv_init();
    open_pipe(ends, 1);
    use_up_memory();
    prepare_fd(&fd, ends[0], "fd ");
    fd.handler_in = mark;
    if (iv_fd_register_try(&fd) == 0) {
        one_turn();
        TRACE("fd ");
        iv_fd_unregister(&fd);
    } else {
        SAME(errno, ENOMEM);
        SAME(iv_fd_registered(&fd), 0);
    }
    iv_main();
    iv_deinit();
}

PROMISE(registering_a_task_needs_no_memory) {
    iv_init();
    use_up_memory();
    start_task(&task, mark, "task ");
    iv_main();
    TRACE("task ");
    iv_deinit();
}

PROMISE(registering_an_event_needs_no_memory) {
    iv_init();
    use_up_memory();
    start_event(&event, mark, "event ");
    iv_event_post(&event);
    one_turn();
    TRACE("event ");
    iv_event_unregister(&event);
    iv_main();
    iv_deinit();
}

PROMISE(registering_a_raw_event_without_memory_works_or_is_refused) {
    iv_init();
    use_up_memory();
    prepare_raw(&raw, mark, "raw ");
    if (iv_event_raw_register(&raw) == 0) {
        iv_event_raw_post(&raw);
        one_turn();
        TRACE("raw ");
        iv_event_raw_unregister(&raw);
    } else {
        SAME(errno, ENOMEM);
    }
    iv_main();
    iv_deinit();
}

enum { timers_max = 500000 };

static struct iv_timer timers[timers_max];
static int ran;

static void count_ran(void* unused) {
    (void)unused;
    ran++;
}

static void register_timers(void) {
    iv_init();
    use_up_memory();
    for (int index = 0; index < timers_max; index++) {
        start_timer_at(&timers[index], (struct timespec){0, index}, count_ran, NULL);
    }
    iv_main();
    SAME(ran, timers_max);
    _exit(0);
}

// iv_timer_register() has no way to say that it failed.
PROMISE(a_timer_without_memory_aborts_if_it_needs_some) {
    aborts_or_ends_well(register_timers);
}

static void init_without_memory(void) {
    use_up_memory();
    iv_init();
    start_task(&task, mark, "task ");
    iv_main();
    TRACE("task ");
    _exit(0);
}

// Not in the list of known bugs: the stock library writes to address 0, and is ended by SIGSEGV.
BETTER(iv_init_without_memory_aborts_if_it_needs_some) {
    aborts_or_ends_well(init_without_memory);
}

enum { descriptors_max = 15000, stack_size = 128 * 1024 };

static struct iv_fd many[descriptors_max];

static void* wait_for_many(void* unused) {
    struct iv_fd last;
    int last_ends[2];
    struct rlimit limit;
    int count = descriptors_max;

    iv_init();
    open_pipe(ends, 0);
    open_pipe(last_ends, 1);
    // As many as there may be, but for some.
    SAME(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_cur < descriptors_max + 100) {
        count = (int)limit.rlim_cur - 100;
    }
    for (int index = 0; index < count; index++) {
        int number = dup(ends[0]);

        KEEP(number >= 0);
        start_reader(&many[index], number, never, NULL);
    }
    start_reader(&last, last_ends[0], mark_and_quit, "last ");
    iv_main();
    iv_deinit();
    return unused;
}

// B6: the stock library has the kernel report into a buffer on the stack, of 12 bytes for each
// descriptor that is registered, and is ended by SIGSEGV.
BETTER(a_small_stack_bears_any_number_of_descriptors) {
    pthread_attr_t small;
    pthread_t thread;

    iv_init();
    SAME(pthread_attr_init(&small), 0);
    SAME(pthread_attr_setstacksize(&small, stack_size), 0);
    SAME(pthread_create(&thread, &small, wait_for_many, NULL), 0);
    SAME(pthread_join(thread, NULL), 0);
    TRACE("last ");
    iv_deinit();
}
