// Promises of iv_popen about children that are still alive when their request is closed.
// For tests/ivykis.
#include "promise.h"

#include "loop_time.h"

#include <iv_popen.h>

// Starts a script that first prints "ready", and waits for that.
static int start(struct iv_popen_request* request, char* script) {
    static char* arguments[] = {"sh", "-c", NULL, NULL};
    char text[6];
    int descriptor;

    FILL(*request);
    IV_POPEN_REQUEST_INIT(request);
    arguments[2] = script;
    request->file = "sh";
    request->argv = arguments;
    request->type = "r";
    descriptor = iv_popen_request_submit(request);
    KEEP(descriptor >= 0);
    SAME(read(descriptor, text, sizeof text), 6);
    KEEP(memcmp(text, "ready\n", 6) == 0);
    return descriptor;
}

static void no_child_is_left(void) {
    errno = 0;
    SAME(waitpid(-1, NULL, WNOHANG), -1);
    SAME(errno, ECHILD);
}

// How many lines there are to read, from a child that has ended.
static int lines_in(int descriptor) {
    char text[1000];
    ssize_t length = read(descriptor, text, sizeof text);
    int lines = 0;

    for (ssize_t index = 0; index < length; index++) {
        lines += text[index] == '\n';
    }
    return lines;
}

static long long since(long long began) {
    return (promise_now() - began) / 1000000;
}

// The request's memory is gone at once; the loop runs until the child was reaped.
PROMISE(a_child_that_lives_when_its_request_is_closed_is_terminated_at_once) {
    struct iv_popen_request request;
    long long began;
    int descriptor;

    iv_init();
    descriptor = start(&request, "trap 'echo term; kill $!; exit' TERM\n"
                                 "tail -f /dev/null & echo ready; wait");
    began = promise_now();
    iv_popen_request_close(&request);
    FILL(request);
    iv_main();
    KEEP(since(began) < 4000);
    no_child_is_left();
    SAME(lines_in(descriptor), 1);
    iv_deinit();
}

PROMISE(the_memory_of_a_closed_request_can_be_used_for_another) {
    struct iv_popen_request request;

    iv_init();
    for (int times = 0; times < 3; times++) {
        start(&request, "echo ready; exec tail -f /dev/null");
        iv_popen_request_close(&request);
    }
    iv_main();
    no_child_is_left();
    iv_deinit();
}

PROMISE(a_request_can_be_closed_after_its_child_ended) {
    struct iv_popen_request request;

    iv_init();
    start(&request, "echo ready");
    iv_main();
    no_child_is_left();
    iv_popen_request_close(&request);
    iv_main();
    iv_deinit();
}

static void fork_and_wait(void* cookie) {
    pid_t pid = fork();

    (void)cookie;
    if (pid == 0) {
        _exit(0);
    }
    waitpid(pid, NULL, 0);
}

// B1: stock crashes when a child ends that it does not know.
BETTER(the_end_of_an_unknown_child_is_harmless_while_a_request_is_open) {
    struct iv_popen_request request;
    struct iv_timer timer;

    iv_init();
    start(&request, "echo ready; exec tail -f /dev/null");
    if (fork() == 0) {
        _exit(0);
    }
    start_timer(&timer, 20, fork_and_wait, NULL);
    run_for(40);
    iv_popen_request_close(&request);
    iv_main();
    KEEP(waitpid(-1, NULL, 0) > 0);  // the one that was left to us
    no_child_is_left();
    iv_deinit();
}

PROMISE(a_child_that_survives_is_terminated_again_after_five_seconds) {
    struct iv_popen_request request;
    long long began;
    int descriptor;

    iv_init();
    descriptor = start(&request, "trap 'echo term; [ $again ] && kill $! && exit; again=1' TERM\n"
                                 "tail -f /dev/null & echo ready; while :; do wait; done");
    began = promise_now();
    iv_popen_request_close(&request);
    iv_main();
    KEEP(since(began) >= 4990);
    KEEP(since(began) < 9000);
    no_child_is_left();
    SAME(lines_in(descriptor), 2);
    iv_deinit();
}

PROMISE(a_child_that_survives_five_times_is_killed) {
    struct iv_popen_request request;
    long long began;
    int descriptor;

    iv_init();
    descriptor = start(&request, "trap 'echo term' TERM\n"
                                 "tail -f /dev/null & echo ready; while :; do wait; done");
    began = promise_now();
    iv_popen_request_close(&request);
    iv_main();
    KEEP(since(began) >= 24900);
    no_child_is_left();
    SAME(lines_in(descriptor), 5);
    iv_deinit();
}
