// Promises of iv_wait: what is reported, to whom, and until when. For tests/ivykis.
#include "promise.h"

#include "loop_time.h"

#include <iv_wait.h>
#include <pthread.h>

enum { statuses_max = 8 };

struct child {
    struct iv_wait_interest interest;
    pthread_t thread;  // that registered it
    int calls;
    int statuses[statuses_max];
    struct rusage usage;
};

static void note(void* cookie, int status, const struct rusage* usage) {
    struct child* child = cookie;

    KEEP(pthread_equal(child->thread, pthread_self()));
    KEEP(child->calls < statuses_max);
    child->statuses[child->calls++] = status;
    child->usage = *usage;
}

static void note_and_quit(void* cookie, int status, const struct rusage* usage) {
    note(cookie, status, usage);
    iv_quit();
}

static void note_and_stop(void* cookie, int status, const struct rusage* usage) {
    note(cookie, status, usage);
    iv_wait_interest_unregister(&((struct child*)cookie)->interest);
}

static void prepare(struct child* child,
                    void (*handler)(void* cookie, int status, const struct rusage* usage)) {
    FILL(*child);
    IV_WAIT_INTEREST_INIT(&child->interest);
    child->interest.cookie = child;
    child->interest.handler = handler;
    child->thread = pthread_self();
    child->calls = 0;
}

static void spawn(struct child* child, void (*body)(void* cookie), void* cookie,
                  void (*handler)(void* cookie, int status, const struct rusage* usage)) {
    prepare(child, handler);
    SAME(iv_wait_interest_register_spawn(&child->interest, body, cookie), 0);
}

static void exit_with(void* cookie) {
    _exit(*(int*)cookie);
}

static void stay(void* cookie) {
    (void)cookie;
    for (;;) {
        pause();
    }
}

static int three = 3;

PROMISE(the_end_of_a_spawned_child_is_reported_and_an_interest_holds_the_loop) {
    struct child child;

    iv_init();
    spawn(&child, exit_with, &three, note_and_stop);
    KEEP(child.interest.pid > 0);
    KEEP(child.interest.pid != getpid());
    iv_main();
    SAME(child.calls, 1);
    KEEP(WIFEXITED(child.statuses[0]));
    SAME(WEXITSTATUS(child.statuses[0]), 3);
    iv_deinit();
}

static int gate[2];

// A child of a plain fork, which exits with 3 when `gate` is closed for writing.
static pid_t fork_child_at_gate(void) {
    pid_t pid;

    SAME(pipe(gate), 0);
    pid = fork();
    if (pid == 0) {
        char byte;

        close(gate[1]);
        _exit(read(gate[0], &byte, 1) == 0 ? 3 : 4);
    }
    return pid;
}

PROMISE(the_end_of_a_child_that_was_forked_elsewhere_is_reported) {
    struct child child;

    iv_init();
    prepare(&child, note_and_stop);
    child.interest.pid = fork_child_at_gate();
    iv_wait_interest_register(&child.interest);
    close(gate[1]);
    iv_main();
    SAME(child.calls, 1);
    SAME(WEXITSTATUS(child.statuses[0]), 3);
    errno = 0;
    SAME(waitpid(child.interest.pid, NULL, WNOHANG), -1);
    SAME(errno, ECHILD);
    iv_deinit();
}

static void burn_processor_time(void* cookie) {
    struct rusage usage;

    (void)cookie;
    do {
        getrusage(RUSAGE_SELF, &usage);
    } while (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec < 20000);
    _exit(0);
}

PROMISE(the_usage_that_is_reported_is_that_of_the_child) {
    struct child child;

    iv_init();
    spawn(&child, burn_processor_time, NULL, note_and_stop);
    iv_main();
    SAME(child.calls, 1);
    KEEP(child.usage.ru_utime.tv_usec + child.usage.ru_stime.tv_usec >= 20000);
    iv_deinit();
}

static void answer_the_status(void* cookie, int status, const struct rusage* usage) {
    struct child* child = cookie;

    note(cookie, status, usage);
    if (WIFSTOPPED(status)) {
        SAME(iv_wait_interest_kill(&child->interest, SIGCONT), 0);
    } else if (WIFCONTINUED(status)) {
        SAME(iv_wait_interest_kill(&child->interest, SIGTERM), 0);
    } else {
        iv_wait_interest_unregister(&child->interest);
    }
}

PROMISE(stops_and_continues_are_reported_in_order) {
    struct child child;

    iv_init();
    spawn(&child, stay, NULL, answer_the_status);
    SAME(iv_wait_interest_kill(&child.interest, SIGSTOP), 0);
    iv_main();
    SAME(child.calls, 3);
    KEEP(WIFSTOPPED(child.statuses[0]));
    SAME(WSTOPSIG(child.statuses[0]), SIGSTOP);
    KEEP(WIFCONTINUED(child.statuses[1]));
    KEEP(ended_by(child.statuses[2], SIGTERM));
    iv_deinit();
}

static void wait_for_the_end_and_not_unregister(void) {
    struct child child;

    iv_init();
    spawn(&child, exit_with, &three, note);
    alarm_in(100);
    iv_main();
}

// The alarm ends the process: the loop was held although nothing can be reported any more.
PROMISE(an_interest_holds_the_loop_after_its_child_ended_until_it_is_unregistered) {
    KEEP(ended_by(promise_status_of(wait_for_the_end_and_not_unregister, NULL, 0), SIGALRM));
}

PROMISE(nothing_is_reported_after_the_end_and_the_interest_can_still_be_unregistered) {
    struct child child, other;

    iv_init();
    spawn(&child, exit_with, &three, note_and_quit);
    iv_main();
    SAME(child.calls, 1);
    spawn(&other, exit_with, &three, note_and_quit);
    iv_main();
    SAME(other.calls, 1);
    SAME(child.calls, 1);
    iv_wait_interest_unregister(&child.interest);
    iv_wait_interest_unregister(&other.interest);
    iv_main();
    iv_deinit();
}

static int freed;

static void stop_and_free(void* cookie, int status, const struct rusage* usage) {
    struct child* child = cookie;

    (void)status;
    (void)usage;
    iv_wait_interest_unregister(&child->interest);
    FILL(*child);
    free(child);
    freed++;
}

PROMISE(a_handler_may_unregister_and_free_its_own_interest) {
    iv_init();
    for (int times = 0; times < 3; times++) {
        struct child* child = malloc(sizeof *child);

        spawn(child, exit_with, &three, stop_and_free);
    }
    iv_main();
    SAME(freed, 3);
    iv_deinit();
}

static struct child pair[2];

static void stop_both(void* cookie, int status, const struct rusage* usage) {
    note(cookie, status, usage);
    iv_wait_interest_unregister(&pair[0].interest);
    iv_wait_interest_unregister(&pair[1].interest);
    FILL(pair[0].interest);
    FILL(pair[1].interest);
}

static void wait_until_dead(pid_t pid) {
    siginfo_t info;

    SAME(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

// Both are dead before the loop runs, so that both reports are due in one round.
PROMISE(a_handler_may_unregister_another_interest_that_is_due_in_the_same_round) {
    iv_init();
    spawn(&pair[0], exit_with, &three, stop_both);
    spawn(&pair[1], exit_with, &three, stop_both);
    wait_until_dead(pair[0].interest.pid);
    wait_until_dead(pair[1].interest.pid);
    iv_main();
    SAME(pair[0].calls + pair[1].calls, 1);
    iv_deinit();
}

PROMISE(a_child_whose_interest_was_unregistered_is_left_to_the_application) {
    struct child child;
    int status;

    iv_init();
    prepare(&child, note);
    child.interest.pid = fork_child_at_gate();
    iv_wait_interest_register(&child.interest);
    iv_wait_interest_unregister(&child.interest);
    close(gate[1]);
    iv_main();  // nothing holds it
    SAME(waitpid(child.interest.pid, &status, 0), child.interest.pid);
    SAME(WEXITSTATUS(status), 3);
    SAME(child.calls, 0);
    iv_deinit();
}

PROMISE(each_of_many_children_is_reported_once_and_with_its_own_status) {
    enum { count = 50 };
    static struct child children[count];

    iv_init();
    for (int index = 0; index < count; index++) {
        spawn(&children[index], exit_with, &index, note_and_stop);
    }
    iv_main();
    for (int index = 0; index < count; index++) {
        SAME(children[index].calls, 1);
        SAME(WEXITSTATUS(children[index].statuses[0]), index);
    }
    iv_deinit();
}

static void* spawn_in_thread(void* argument) {
    struct child children[5];

    (void)argument;
    iv_init();
    for (int index = 0; index < 5; index++) {
        spawn(&children[index], exit_with, &index, note_and_stop);
    }
    iv_main();
    for (int index = 0; index < 5; index++) {
        SAME(children[index].calls, 1);
    }
    iv_deinit();
    return NULL;
}

// Each report checks its thread; any of them may be the one that the kernel gives the signal to.
PROMISE(children_are_reported_in_the_threads_that_registered_their_interests) {
    pthread_t threads[3];

    iv_init();
    iv_deinit();
    for (int index = 0; index < 3; index++) {
        SAME(pthread_create(&threads[index], NULL, spawn_in_thread, NULL), 0);
    }
    spawn_in_thread(NULL);
    for (int index = 0; index < 3; index++) {
        pthread_join(threads[index], NULL);
    }
}

static int kill_after_end = -1;

static void kill_again(void* cookie, int status, const struct rusage* usage) {
    struct child* child = cookie;

    note(cookie, status, usage);
    kill_after_end = iv_wait_interest_kill(&child->interest, SIGTERM);
    iv_quit();
}

PROMISE(kill_reports_what_became_of_it) {
    struct child child;

    iv_init();
    spawn(&child, stay, NULL, kill_again);
    SAME(iv_wait_interest_kill(&child.interest, 0), 0);
    errno = 0;
    SAME(iv_wait_interest_kill(&child.interest, 9999), -1);
    SAME(errno, EINVAL);
    SAME(iv_wait_interest_kill(&child.interest, SIGKILL), 0);
    iv_main();
    KEEP(ended_by(child.statuses[0], SIGKILL));
    SAME(kill_after_end, -ESRCH);
    SAME(iv_wait_interest_kill(&child.interest, 0), -ESRCH);
    iv_wait_interest_unregister(&child.interest);
    iv_deinit();
}
