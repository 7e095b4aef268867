// Promises of iv_popen. For tests/ivykis.
#include "promise.h"

#include "loop_time.h"

#include <fcntl.h>
#include <iv_event.h>
#include <iv_inotify.h>
#include <iv_popen.h>
#include <iv_signal.h>
#include <poll.h>
#include <sys/resource.h>

enum { report = 9 };  // a descriptor that shells can name

static int submit(struct iv_popen_request* request, char* type, char* script) {
    static char* arguments[] = {"sh", "-c", NULL, NULL};

    FILL(*request);
    IV_POPEN_REQUEST_INIT(request);
    arguments[2] = script;
    request->file = "sh";
    request->argv = arguments;
    request->type = type;
    return iv_popen_request_submit(request);
}

// Reads until the end, for ten seconds between two pieces at most. Whether the end came.
static int read_all(int descriptor, char* text, size_t size) {
    size_t length = 0;
    struct pollfd ready = {.fd = descriptor, .events = POLLIN};

    text[0] = '\0';
    while (length + 1 < size && poll(&ready, 1, 10000) == 1) {
        ssize_t got = read(descriptor, text + length, size - 1 - length);

        KEEP(got >= 0);
        if (got == 0) {
            return 1;
        }
        length += (size_t)got;
        text[length] = '\0';
    }
    return 0;
}

// Has children write to the descriptor `report`; gives back where that can be read.
static int open_report(void) {
    int ends[2];

    SAME(pipe(ends), 0);
    SAME(fcntl(ends[0], F_SETFD, FD_CLOEXEC), 0);
    SAME(dup2(ends[1], report), report);
    close(ends[1]);
    return ends[0];
}

static void no_child_is_left(void) {
    errno = 0;
    SAME(waitpid(-1, NULL, WNOHANG), -1);
    SAME(errno, ECHILD);
}

PROMISE(what_a_child_prints_can_be_read) {
    struct iv_popen_request request;
    char text[100];
    int descriptor;

    iv_init();
    descriptor = submit(&request, "r", "echo hello");
    KEEP(descriptor >= 0);
    KEEP(read_all(descriptor, text, sizeof text));
    KEEP(strcmp(text, "hello\n") == 0);
    iv_popen_request_close(&request);
    close(descriptor);
    iv_main();
    no_child_is_left();
    iv_deinit();
}

PROMISE(a_child_reads_what_is_written) {
    struct iv_popen_request request;
    int said = open_report();
    char text[100];
    int descriptor;

    iv_init();
    descriptor = submit(&request, "w", "cat >&9");
    KEEP(descriptor >= 0);
    close(report);
    SAME(write(descriptor, "hello", 5), 5);
    close(descriptor);
    KEEP(read_all(said, text, sizeof text));
    KEEP(strcmp(text, "hello") == 0);
    iv_popen_request_close(&request);
    iv_main();
    no_child_is_left();
    iv_deinit();
}

PROMISE(the_program_is_searched_for_and_gets_its_arguments) {
    char* arguments[] = {"another name", "one", "two words", NULL};
    struct iv_popen_request request = {.file = "echo", .argv = arguments, .type = "r"};
    char text[100];
    int descriptor;

    iv_init();
    descriptor = iv_popen_request_submit(&request);
    KEEP(descriptor >= 0);
    KEEP(read_all(descriptor, text, sizeof text));
    KEEP(strcmp(text, "one two words\n") == 0);
    iv_popen_request_close(&request);
    iv_main();
    iv_deinit();
}

PROMISE(input_and_errors_of_a_child_that_is_read_are_the_null_device) {
    struct iv_popen_request request;
    char text[100];
    int descriptor;

    iv_init();
    descriptor = submit(&request, "r", "readlink /proc/$$/fd/0 /proc/$$/fd/2; :");
    KEEP(read_all(descriptor, text, sizeof text));
    KEEP(strcmp(text, "/dev/null\n/dev/null\n") == 0);
    iv_popen_request_close(&request);
    iv_main();
    iv_deinit();
}

PROMISE(output_and_errors_of_a_child_that_is_written_to_are_the_null_device) {
    struct iv_popen_request request;
    int said = open_report();
    char text[100];

    iv_init();
    KEEP(submit(&request, "w",
                "found=$(readlink /proc/$$/fd/1 /proc/$$/fd/2)\n"
                "echo \"$found\" >&9") >= 0);
    close(report);
    KEEP(read_all(said, text, sizeof text));
    KEEP(strcmp(text, "/dev/null\n/dev/null\n") == 0);
    iv_popen_request_close(&request);
    iv_main();
    iv_deinit();
}

PROMISE(the_descriptor_blocks_and_stays_open_until_the_caller_closes_it) {
    struct iv_popen_request request;
    char text[100];
    int descriptor;

    iv_init();
    descriptor = submit(&request, "r", "echo hello");
    SAME(fcntl(descriptor, F_GETFL) & O_NONBLOCK, 0);
    iv_main();  // held until the child has ended, although nothing was closed
    no_child_is_left();
    iv_popen_request_close(&request);
    iv_main();
    KEEP(read_all(descriptor, text, sizeof text));
    KEEP(strcmp(text, "hello\n") == 0);
    SAME(close(descriptor), 0);
    iv_deinit();
}

// L5: it is not in stock.
BETTER(the_descriptor_is_closed_on_exec) {
    struct iv_popen_request request;
    int descriptor;

    iv_init();
    descriptor = submit(&request, "r", "echo hello");
    SAME(fcntl(descriptor, F_GETFD), FD_CLOEXEC);
    iv_popen_request_close(&request);
    iv_main();
    iv_deinit();
}

// L5: in stock the second child holds the writing end of the first one's pipe, which then never
// ends.
BETTER(a_later_child_does_not_keep_an_earlier_one_from_its_end_of_file) {
    struct iv_popen_request first, second;
    int said = open_report();
    char text[100];
    int descriptor;

    iv_init();
    descriptor = submit(&first, "w", "cat; echo over >&9; exec 9>&-");
    KEEP(descriptor >= 0);
    close(report);
    KEEP(submit(&second, "r", "exec tail -f /dev/null") >= 0);
    close(descriptor);
    KEEP(read_all(said, text, sizeof text));
    KEEP(strcmp(text, "over\n") == 0);
    iv_popen_request_close(&first);
    iv_popen_request_close(&second);
    iv_main();
    iv_deinit();
}

static void ignore_call(void* cookie) {
    (void)cookie;
}

// With one of everything that has a descriptor, and none of whoever runs the tests; 3 is the folder
// that is being listed.
PROMISE(no_descriptor_of_the_library_reaches_a_child) {
    char* arguments[] = {"ls", "/proc/self/fd", NULL};
    struct iv_popen_request request = {.file = "ls", .argv = arguments, .type = "r"};
    struct iv_signal signal = {.signum = SIGUSR1, .handler = ignore_call};
    struct iv_event event = {.handler = ignore_call};
    struct iv_event_raw raw = {.handler = ignore_call};
    struct iv_inotify inotify = {.term = NULL};
    char text[100];
    int descriptor;

    for (int other = 3; other < 1024; other++) {
        close(other);
    }
    iv_init();
    SAME(iv_signal_register(&signal), 0);
    SAME(iv_event_register(&event), 0);
    SAME(iv_event_raw_register(&raw), 0);
    SAME(iv_inotify_register(&inotify), 0);
    descriptor = iv_popen_request_submit(&request);
    KEEP(read_all(descriptor, text, sizeof text));
    KEEP(strcmp(text, "0\n1\n2\n3\n") == 0);
    iv_popen_request_close(&request);
    close(descriptor);
    iv_inotify_unregister(&inotify);
    iv_event_raw_unregister(&raw);
    iv_event_unregister(&event);
    iv_signal_unregister(&signal);
    iv_main();
    iv_deinit();
}

PROMISE(a_program_that_cannot_be_executed_looks_like_one_that_says_nothing) {
    char* arguments[] = {"nowhere", NULL};
    struct iv_popen_request request = {.file = "/nowhere/to/be/found", .argv = arguments};
    char text[100];
    int descriptor;

    iv_init();
    request.type = "r";
    descriptor = iv_popen_request_submit(&request);
    KEEP(descriptor >= 0);
    KEEP(read_all(descriptor, text, sizeof text));
    KEEP(strlen(text) == 0);
    iv_popen_request_close(&request);
    iv_main();
    no_child_is_left();
    iv_deinit();
}

static char* type_to_try;

static void submit_type(void) {
    struct iv_popen_request request;

    iv_init();
    SAME(submit(&request, type_to_try, "echo hello"), -1);
    iv_main();  // nothing holds it
    iv_deinit();
}

PROMISE(other_types_are_refused_and_a_message_says_so) {
    static char* wrong[] = {"", "rw", "re", "x", "R"};
    char text[1000];

    for (size_t index = 0; index < sizeof wrong / sizeof *wrong; index++) {
        type_to_try = wrong[index];
        SAME(promise_status_of(submit_type, text, sizeof text), 0);
        KEEP(strlen(text) > 0);
    }
}

static void submit_without_descriptors(void) {
    struct iv_popen_request request;

    iv_init();
    promise_few_descriptors(1);
    errno = 0;
    SAME(submit(&request, "r", "echo hello"), -1);
    SAME(errno, EMFILE);
    promise_many_descriptors();
    iv_main();  // nothing holds it
    no_child_is_left();
    iv_deinit();
}

PROMISE(a_request_without_free_descriptors_fails_and_a_message_says_so) {
    char text[1000];

    SAME(promise_status_of(submit_without_descriptors, text, sizeof text), 0);
    KEEP(strlen(text) > 0);
}

static void submit_without_processes(void) {
    struct rlimit none = {0, 0};
    struct iv_popen_request request;
    int open_before;

    // Who may do everything may fork too: so this one must not.
    if (geteuid() == 0) {
        SAME(setgid(65534), 0);
        SAME(setuid(65534), 0);
    }
    iv_init();
    open_before = promise_open_descriptors();
    setrlimit(RLIMIT_NPROC, &none);
    SAME(submit(&request, "r", "echo hello"), -1);
    SAME(promise_open_descriptors(), open_before);
    iv_main();  // nothing holds it
    iv_deinit();
    _exit(0);  // a search for leaks would need a process too
}

PROMISE(a_request_that_cannot_fork_fails_and_a_message_says_so) {
    char text[1000];

    SAME(promise_status_of(submit_without_processes, text, sizeof text), 0);
    KEEP(strlen(text) > 0);
}

// The first iv_init() of the parent ignores both signals, and what is ignored stays so in programs.
PROMISE(a_child_ignores_sigpipe_and_sigurg) {
    struct iv_popen_request request;
    unsigned long ignored;
    char text[100];

    iv_init();
    KEEP(read_all(submit(&request, "r", "grep SigIgn /proc/self/status"), text, sizeof text));
    SAME(sscanf(text, "SigIgn: %lx", &ignored), 1);
    KEEP(ignored & 1UL << (SIGPIPE - 1));
    KEEP(ignored & 1UL << (SIGURG - 1));
    iv_popen_request_close(&request);
    iv_main();
    iv_deinit();
}
