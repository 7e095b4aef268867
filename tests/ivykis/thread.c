// Promises of iv_thread: threads that hold the loop of their creator. For tests/ivykis.
#include "promise.h"

#include "loop_time.h"
#include "threads.h"

#include <iv_thread.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>

static atomic_int ended;

static void note_argument(void* argument) {
    *(pthread_t*)argument = pthread_self();
    KEEP(!iv_inited());
    ended++;
}

PROMISE(a_thread_runs_its_function_and_need_not_have_a_loop) {
    pthread_t thread = pthread_self();

    iv_init();
    SAME(iv_thread_create("thread", note_argument, &thread), 0);
    iv_main();
    SAME(ended, 1);
    KEEP(!pthread_equal(thread, pthread_self()));
    wait_for_threads(1);
    iv_deinit();
}

static void end_later(void* argument) {
    poll(NULL, 0, 30);
    note_argument(argument);
}

PROMISE(a_thread_holds_the_loop_of_its_creator_until_it_ends) {
    pthread_t threads[10];

    iv_init();
    for (int index = 0; index < 10; index++) {
        SAME(iv_thread_create("thread", end_later, &threads[index]), 0);
    }
    iv_main();
    SAME(ended, 10);
    wait_for_threads(1);
    iv_deinit();
}

static void exit_thread(void* argument) {
    (void)argument;
    ended++;
    pthread_exit(NULL);
}

// The address sanitizer would take the frame, which is left without returning, for still in use.
__attribute__((no_sanitize("address"))) static void cancel_itself(void* argument) {
    (void)argument;
    ended++;
    pthread_cancel(pthread_self());
    pthread_testcancel();
    promise_broken(__FILE__, __LINE__, "a cancelled thread ends");
}

PROMISE(a_thread_that_ends_by_pthread_exit_is_noticed) {
    iv_init();
    SAME(iv_thread_create("thread", exit_thread, NULL), 0);
    iv_main();
    SAME(ended, 1);
    iv_deinit();
}

PROMISE(a_thread_that_is_cancelled_is_noticed) {
    iv_init();
    SAME(iv_thread_create("thread", cancel_itself, NULL), 0);
    iv_main();
    SAME(ended, 1);
    iv_deinit();
}

static void make_more(void* depth) {
    if (*(int*)depth > 0) {
        int less = *(int*)depth - 1;

        iv_init();
        SAME(iv_thread_create("one", make_more, &less), 0);
        SAME(iv_thread_create("two", make_more, &less), 0);
        iv_main();
        iv_deinit();
    }
    ended++;
}

PROMISE(threads_may_create_threads) {
    int depth = 3;

    iv_init();
    SAME(iv_thread_create("root", make_more, &depth), 0);
    iv_main();
    SAME(ended, 15);
    iv_deinit();
}

static void quit(void* ignored) {
    (void)ignored;
    iv_quit();
}

static void run_a_loop_and_leave_it(void* argument) {
    struct iv_timer timer;

    (void)argument;
    iv_init();
    start_timer(&timer, 1, quit, NULL);
    iv_main();
    ended++;
}

PROMISE(a_thread_that_ends_without_iv_deinit_is_cleaned_up) {
    int open_before;

    iv_init();
    SAME(iv_thread_create("first", run_a_loop_and_leave_it, NULL), 0);
    iv_main();
    wait_for_threads(1);
    open_before = promise_open_descriptors();
    for (int times = 0; times < 20; times++) {
        SAME(iv_thread_create("thread", run_a_loop_and_leave_it, NULL), 0);
    }
    iv_main();
    wait_for_threads(1);
    SAME(ended, 21);
    SAME(promise_open_descriptors(), open_before);
    iv_deinit();
}

static void create_what_cannot_be(void) {
    struct rlimit none = {0, 0};

    // Who may do everything may start threads too: so this one must not.
    if (geteuid() == 0) {
        SAME(setgid(65534), 0);
        SAME(setuid(65534), 0);
    }
    iv_init();
    setrlimit(RLIMIT_NPROC, &none);
    SAME(iv_thread_create("thread", note_argument, NULL), -1);
    iv_main();  // nothing holds it
    SAME(ended, 0);
    iv_deinit();
    _exit(0);  // a search for leaks would need a thread too
}

PROMISE(a_thread_that_cannot_be_created_is_refused) {
    SAME(promise_status_of(create_what_cannot_be, NULL, 0), 0);
}

static char name_in_kernel[64];

static void read_name(void* argument) {
    FILE* file = fopen("/proc/thread-self/comm", "r");

    (void)argument;
    KEEP(fgets(name_in_kernel, sizeof name_in_kernel, file) != NULL);
    fclose(file);
}

// Who looks for the program by its name, as killall does, goes on to find it.
PROMISE(the_kernel_knows_threads_by_the_name_of_the_program) {
    char name_of_process[64];

    read_name(NULL);
    strcpy(name_of_process, name_in_kernel);
    iv_init();
    SAME(iv_thread_create("thread", read_name, NULL), 0);
    iv_main();
    KEEP(strcmp(name_of_process, name_in_kernel) == 0);
    iv_deinit();
}

static int debug_state;

static void create_named(void) {
    char name[] = "some name";
    pthread_t thread;

    iv_init();
    iv_thread_set_debug_state(debug_state);
    SAME(iv_thread_create(name, end_later, &thread), 0);
    memset(name, 'x', sizeof name - 1);
    iv_main();
    iv_deinit();
}

// The thread may be quicker to say that it ends than its creator to say that it began.
PROMISE(threads_are_reported_while_debugging_is_on) {
    static const char* const lines[] = {"iv_thread: [some name] started\n",
                                        "iv_thread: [some name] terminating\n",
                                        "iv_thread: [some name] joined\n"};
    char text[1000];
    size_t length = 0;

    debug_state = 1;
    SAME(promise_status_of(create_named, text, sizeof text), 0);
    for (int index = 0; index < 3; index++) {
        KEEP(strstr(text, lines[index]) != NULL);
        length += strlen(lines[index]);
    }
    KEEP(strlen(text) == length);
    KEEP(strcmp(strstr(text, lines[2]), lines[2]) == 0);
}

PROMISE(threads_are_not_reported_otherwise) {
    char text[1000];

    debug_state = 0;
    SAME(promise_status_of(create_named, text, sizeof text), 0);
    KEEP(strcmp(text, "") == 0);
}

static atomic_ulong id_of_child;

static void stay_until_listed(void* ends) {
    char byte;

    KEEP(iv_thread_get_id() == iv_get_thread_id());
    id_of_child = iv_get_thread_id();
    SAME(read(*(int*)ends, &byte, 1), 1);
}

static void create_and_list(void) {
    char expected[200], name[] = "child";
    int ends[2];

    iv_init();
    SAME(pipe(ends), 0);
    SAME(iv_thread_create(name, stay_until_listed, ends), 0);
    memset(name, 'x', sizeof name - 1);
    while (id_of_child == 0) {
        sched_yield();
    }
    iv_thread_list_children();
    SAME(write(ends[1], "x", 1), 1);
    iv_main();
    fflush(stderr);
    sprintf(expected, "tid\tname\n%lu\tself\n%lu\tchild\n", iv_get_thread_id(), id_of_child);
    // What went to standard error is its beginning; what should have gone there follows.
    fputs(expected, stderr);
    iv_deinit();
}

PROMISE(the_children_of_a_thread_can_be_listed) {
    char text[1000];
    size_t half;

    SAME(promise_status_of(create_and_list, text, sizeof text), 0);
    half = strlen(text) / 2;
    KEEP(half > 10);
    KEEP(strncmp(text, "tid\tname\n", 9) == 0);
    KEEP(strncmp(text, text + half, half) == 0);
    KEEP(strlen(text) == 2 * half);
}

static void* compare_ids(void* ignored) {
    KEEP(iv_get_thread_id() == id_of_this_thread());
    KEEP(iv_thread_get_id() == id_of_this_thread());
    return ignored;
}

static void compare_ids_in_child(void) {
    compare_ids(NULL);
}

// The child is asked after its parent was: an answer kept from then would be wrong.
PROMISE(the_id_of_a_thread_is_that_of_the_kernel_anywhere) {
    pthread_t thread;

    compare_ids(NULL);
    iv_init();
    compare_ids(NULL);
    SAME(pthread_create(&thread, NULL, compare_ids, NULL), 0);
    pthread_join(thread, NULL);
    SAME(promise_status_of(compare_ids_in_child, NULL, 0), 0);
    iv_deinit();
}
