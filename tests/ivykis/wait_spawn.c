// Promises of iv_wait about spawned children, and about children that it does not know.
// For tests/ivykis.
#include "promise.h"

#include "loop_time.h"

#include <iv_signal.h>
#include <iv_wait.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

static int calls;
static int last_status;

static void note_and_stop(void* cookie, int status, const struct rusage* usage) {
    (void)usage;
    calls++;
    last_status = status;
    iv_wait_interest_unregister(cookie);
}

static void prepare(struct iv_wait_interest* interest) {
    FILL(*interest);
    IV_WAIT_INTEREST_INIT(interest);
    interest->cookie = interest;
    interest->handler = note_and_stop;
}

static void spawn(struct iv_wait_interest* interest, void (*body)(void* cookie), void* cookie) {
    prepare(interest);
    SAME(iv_wait_interest_register_spawn(interest, body, cookie), 0);
}

static void do_nothing(void* cookie) {
    (void)cookie;
}

static void stay(void* cookie) {
    (void)cookie;
    for (;;) {
        pause();
    }
}

static pid_t fork_child_that_exits(int code) {
    pid_t pid = fork();

    if (pid == 0) {
        _exit(code);
    }
    return pid;
}

static void wait_until_dead(pid_t pid) {
    siginfo_t info;

    SAME(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

static void exit_with(void* cookie) {
    _exit(*(int*)cookie);
}

PROMISE(a_spawned_child_runs_the_function_with_its_cookie) {
    struct iv_wait_interest interest;
    int code = 42;

    iv_init();
    spawn(&interest, exit_with, &code);
    iv_main();
    SAME(calls, 1);
    SAME(WEXITSTATUS(last_status), 42);
    iv_deinit();
}

PROMISE(a_spawned_child_whose_function_returns_exits_with_1) {
    struct iv_wait_interest interest;

    iv_init();
    spawn(&interest, do_nothing, NULL);
    iv_main();
    SAME(calls, 1);
    KEEP(WIFEXITED(last_status));
    SAME(WEXITSTATUS(last_status), 1);
    iv_deinit();
}

static void say_whether_signals_are_reset(void* cookie) {
    struct sigaction usr1, child_ended;

    (void)cookie;
    sigaction(SIGUSR1, NULL, &usr1);
    sigaction(SIGCHLD, NULL, &child_ended);
    _exit(usr1.sa_handler == SIG_DFL && child_ended.sa_handler == SIG_DFL ? 7 : 8);
}

static void ignore_call(void* cookie) {
    (void)cookie;
}

PROMISE(signals_caught_by_iv_signal_are_at_their_default_in_a_spawned_child) {
    struct iv_signal signal = {.signum = SIGUSR1, .handler = ignore_call};
    struct iv_wait_interest interest;

    iv_init();
    SAME(iv_signal_register(&signal), 0);
    spawn(&interest, say_whether_signals_are_reset, NULL);
    interest.cookie = &interest;
    iv_signal_unregister(&signal);
    iv_main();
    SAME(calls, 1);
    SAME(WEXITSTATUS(last_status), 7);
    iv_deinit();
}

static long size_of(FILE* file) {
    fseek(file, 0, SEEK_END);
    return ftell(file);
}

static void print_to(void* cookie) {
    fputs("child", cookie);
}

// Programs print in the function and come back; the output must not stay in the child's buffers.
PROMISE(what_the_function_of_a_spawned_child_prints_is_written) {
    struct iv_wait_interest interest;
    FILE* file = tmpfile();

    iv_init();
    spawn(&interest, print_to, file);
    iv_main();
    SAME(calls, 1);
    SAME(size_of(file), 5);
    iv_deinit();
}

// L4: in stock the child's exit() writes out its copy of what the parent had in its buffers.
BETTER(what_the_parent_printed_is_not_printed_by_a_spawned_child_again) {
    struct iv_wait_interest interest;
    FILE* file = tmpfile();

    KEEP(dup2(fileno(file), STDOUT_FILENO) >= 0);
    iv_init();
    fputs("parent", stdout);
    spawn(&interest, do_nothing, NULL);
    iv_main();
    SAME(calls, 1);
    fflush(stdout);
    SAME(size_of(file), 6);
    iv_deinit();
}

static void* read_a_byte(void* stream) {
    KEEP(getc(stream) == EOF);
    return NULL;
}

// As a program does that reads its commands line by line in a thread.
PROMISE(a_spawn_does_not_wait_for_a_thread_that_reads_a_stream) {
    struct iv_wait_interest interest;
    pthread_t reader;
    FILE* stream;
    int ends[2];

    SAME(pipe(ends), 0);
    stream = fdopen(ends[0], "r");
    SAME(pthread_create(&reader, NULL, read_a_byte, stream), 0);
    while (ftrylockfile(stream) == 0) {
        funlockfile(stream);
        sched_yield();
    }
    iv_init();
    spawn(&interest, do_nothing, NULL);
    iv_main();
    SAME(calls, 1);
    iv_deinit();
    close(ends[1]);
    SAME(pthread_join(reader, NULL), 0);
}

static void spawn_without_being_allowed_to(void) {
    struct rlimit none = {0, 0};
    struct iv_wait_interest interest;

    // Who may do everything may fork too: so this one must not.
    if (geteuid() == 0) {
        SAME(setgid(65534), 0);
        SAME(setuid(65534), 0);
    }
    iv_init();
    setrlimit(RLIMIT_NPROC, &none);
    prepare(&interest);
    KEEP(iv_wait_interest_register_spawn(&interest, do_nothing, NULL) < 0);
    iv_main();  // the interest was undone: nothing holds it
    SAME(calls, 0);
    iv_deinit();
    _exit(0);  // a search for leaks would need a process too
}

PROMISE(a_spawn_that_fails_says_so_and_leaves_nothing) {
    SAME(promise_status_of(spawn_without_being_allowed_to, NULL, 0), 0);
}

PROMISE(the_disposition_of_sigchld_is_back_after_the_last_interest) {
    struct iv_wait_interest interest;
    struct sigaction found;

    iv_init();
    spawn(&interest, do_nothing, NULL);
    iv_main();
    SAME(calls, 1);
    sigaction(SIGCHLD, NULL, &found);
    KEEP(found.sa_handler == SIG_DFL);
    iv_deinit();
}

PROMISE(descriptors_are_given_back) {
    int open_before = promise_open_descriptors();
    struct iv_wait_interest interest;

    iv_init();
    for (int times = 1; times <= 3; times++) {
        spawn(&interest, do_nothing, NULL);
        iv_main();
        SAME(calls, times);
    }
    iv_deinit();
    SAME(promise_open_descriptors(), open_before);
}

// B1: stock looks the pid up, finds nothing, and reads through NULL.
BETTER(the_end_of_an_unknown_child_is_harmless) {
    struct iv_wait_interest interest;

    iv_init();
    spawn(&interest, stay, NULL);
    wait_until_dead(fork_child_that_exits(1));
    run_for(20);
    SAME(calls, 0);
    SAME(iv_wait_interest_kill(&interest, SIGTERM), 0);
    iv_main();
    SAME(calls, 1);
    KEEP(ended_by(last_status, SIGTERM));
    iv_deinit();
}

// L1: stock reaps every child of the process (and then crashes, B1), so that waitpid() elsewhere
// fails by ECHILD.
BETTER(children_without_an_interest_are_left_to_the_application) {
    struct iv_wait_interest interest;
    pid_t other;
    int status;

    iv_init();
    spawn(&interest, stay, NULL);
    other = fork_child_that_exits(5);
    wait_until_dead(other);
    run_for(20);
    SAME(waitpid(other, &status, 0), other);
    SAME(WEXITSTATUS(status), 5);
    SAME(iv_wait_interest_kill(&interest, SIGTERM), 0);
    iv_main();
    SAME(calls, 1);
    iv_deinit();
}

static int own_calls;

static void count_own(void* cookie) {
    (void)cookie;
    own_calls++;
}

// L2: the interest of stock in SIGCHLD is exclusive, and starves those of the application.
BETTER(an_application_that_watches_sigchld_itself_is_called_too) {
    struct iv_signal signal = {.signum = SIGCHLD, .handler = count_own};
    struct iv_wait_interest interest;

    iv_init();
    SAME(iv_signal_register(&signal), 0);
    spawn(&interest, do_nothing, NULL);
    while (calls == 0 || own_calls == 0) {
        run_for(10);
    }
    SAME(calls, 1);
    iv_signal_unregister(&signal);
    iv_main();
    iv_deinit();
}

// L3: stock says nothing until some later child ends.
BETTER(a_child_that_is_dead_when_its_interest_is_registered_is_reported) {
    struct iv_wait_interest interest;

    iv_init();
    prepare(&interest);
    interest.pid = fork_child_that_exits(6);
    wait_until_dead(interest.pid);
    iv_wait_interest_register(&interest);
    iv_main();
    SAME(calls, 1);
    SAME(WEXITSTATUS(last_status), 6);
    iv_deinit();
}

// B4, B8: stock aborts, or registers what can never be told; there is no way to report a failure.
BETTER(the_end_of_a_child_is_reported_without_a_free_descriptor) {
    struct iv_wait_interest interest;

    iv_init();
    promise_few_descriptors(0);
    spawn(&interest, do_nothing, NULL);
    iv_main();
    SAME(calls, 1);
    SAME(WEXITSTATUS(last_status), 1);
    promise_many_descriptors();
    iv_deinit();
}
