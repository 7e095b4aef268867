// Promises of iv_signal among several threads. For tests/ivykis.
#include "promise.h"

#include "loop_time.h"

#include <iv_signal.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

// A thread with a loop of its own and one interest, which ends when it has been called `until`
// times.
struct listener {
    struct iv_signal signal;
    unsigned flags;
    int until;
    atomic_int calls;
    pthread_t called_in;
    pthread_t thread;
    pthread_barrier_t* ready;
};

static void count(void* cookie) {
    struct listener* self = cookie;

    self->called_in = pthread_self();
    if (++self->calls == self->until) {
        iv_signal_unregister(&self->signal);
    }
}

static void begin(struct listener* self) {
    FILL(self->signal);
    IV_SIGNAL_INIT(&self->signal);
    self->signal.signum = SIGUSR1;
    self->signal.flags = self->flags;
    self->signal.cookie = self;
    self->signal.handler = count;
    SAME(iv_signal_register(&self->signal), 0);
}

static void* listen_in_thread(void* argument) {
    struct listener* self = argument;

    iv_init();
    begin(self);
    pthread_barrier_wait(self->ready);
    iv_main();
    iv_deinit();
    return NULL;
}

// Starts the threads, and comes back when each has registered.
static void start(struct listener* listeners, unsigned count_of) {
    static pthread_barrier_t ready;

    pthread_barrier_init(&ready, NULL, count_of + 1);
    for (unsigned index = 0; index < count_of; index++) {
        listeners[index].ready = &ready;
        SAME(pthread_create(&listeners[index].thread, NULL, listen_in_thread, &listeners[index]),
             0);
    }
    pthread_barrier_wait(&ready);
}

static void wait_for(struct listener* listener, int calls) {
    while (listener->calls < calls) {
        sched_yield();
    }
}

PROMISE(a_handler_runs_in_the_thread_that_registered_it) {
    struct listener listener = {.until = 1};

    iv_init();
    start(&listener, 1);
    raise(SIGUSR1);
    pthread_join(listener.thread, NULL);
    SAME(listener.calls, 1);
    KEEP(pthread_equal(listener.called_in, listener.thread));
    iv_deinit();
}

PROMISE(interests_of_several_threads_are_all_called) {
    struct listener listeners[3] = {{.until = 1}, {.until = 1}, {.until = 1}};

    iv_init();
    start(listeners, 3);
    kill(getpid(), SIGUSR1);
    for (int index = 0; index < 3; index++) {
        pthread_join(listeners[index].thread, NULL);
        SAME(listeners[index].calls, 1);
        KEEP(pthread_equal(listeners[index].called_in, listeners[index].thread));
    }
    iv_deinit();
}

// Whichever thread the kernel takes for a signal to the process: here only one lets it through.
PROMISE(a_signal_taken_by_a_thread_without_a_loop_reaches_the_interest) {
    struct listener listener = {.until = 2};
    sigset_t all;

    iv_init();
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    start(&listener, 1);  // inherits the mask
    iv_deinit();
    kill(getpid(), SIGUSR1);
    pthread_sigmask(SIG_UNBLOCK, &all, NULL);
    wait_for(&listener, 1);
    pthread_kill(pthread_self(), SIGUSR1);
    pthread_join(listener.thread, NULL);
    SAME(listener.calls, 2);
}

PROMISE(an_interest_of_this_thread_is_called_for_signals_sent_to_it) {
    struct listener listener = {.until = 2, .flags = IV_SIGNAL_FLAG_THIS_THREAD};

    iv_init();
    start(&listener, 1);
    pthread_kill(listener.thread, SIGUSR1);
    wait_for(&listener, 1);
    pthread_kill(listener.thread, SIGUSR1);
    pthread_join(listener.thread, NULL);
    SAME(listener.calls, 2);
    KEEP(pthread_equal(listener.called_in, listener.thread));
    iv_deinit();
}

PROMISE(an_interest_of_this_thread_is_not_called_for_signals_of_others) {
    struct listener theirs = {.until = 1, .flags = IV_SIGNAL_FLAG_THIS_THREAD};
    struct listener ours = {.until = 1};

    iv_init();
    start(&theirs, 1);
    begin(&ours);
    pthread_kill(pthread_self(), SIGUSR1);
    iv_main();
    SAME(ours.calls, 1);
    SAME(theirs.calls, 0);
    pthread_kill(theirs.thread, SIGUSR1);
    pthread_join(theirs.thread, NULL);
    SAME(theirs.calls, 1);
    iv_deinit();
}

PROMISE(interests_of_the_process_are_not_called_when_one_of_the_thread_matches) {
    struct listener theirs = {.until = 1, .flags = IV_SIGNAL_FLAG_THIS_THREAD};
    struct listener ours = {.until = -1};

    iv_init();
    begin(&ours);
    start(&theirs, 1);
    pthread_kill(theirs.thread, SIGUSR1);
    pthread_join(theirs.thread, NULL);
    run_for(20);
    SAME(theirs.calls, 1);
    SAME(ours.calls, 0);
    raise(SIGUSR1);  // its thread matches no longer: theirs is gone
    run_for(20);
    SAME(ours.calls, 1);
    iv_signal_unregister(&ours.signal);
    iv_deinit();
}

// Of two interests of one thread both match, and an exclusive one goes first here too.
PROMISE(an_exclusive_interest_of_this_thread_starves_the_others_of_it) {
    struct listener plain = {.until = -1, .flags = IV_SIGNAL_FLAG_THIS_THREAD};
    struct listener exclusive = {.until = 1,
                                 .flags = IV_SIGNAL_FLAG_THIS_THREAD | IV_SIGNAL_FLAG_EXCLUSIVE};

    iv_init();
    begin(&plain);
    begin(&exclusive);
    raise(SIGUSR1);
    run_for(20);
    SAME(exclusive.calls, 1);
    SAME(plain.calls, 0);
    raise(SIGUSR1);
    run_for(20);
    SAME(plain.calls, 1);
    iv_signal_unregister(&plain.signal);
    iv_deinit();
}

// Ours sits in a loop that does not run, so that it is woken, or not, but never handles the signal.
PROMISE(an_exclusive_interest_hands_the_signal_on_to_another_thread) {
    struct listener ours = {.until = -1, .flags = IV_SIGNAL_FLAG_EXCLUSIVE};
    struct listener theirs = {.until = 1, .flags = IV_SIGNAL_FLAG_EXCLUSIVE};

    iv_init();
    begin(&ours);
    start(&theirs, 1);
    raise(SIGUSR1);
    iv_signal_unregister(&ours.signal);
    pthread_join(theirs.thread, NULL);
    SAME(theirs.calls, 1);
    SAME(ours.calls, 0);
    iv_deinit();
}

PROMISE(an_interest_that_ends_leaves_those_of_other_threads) {
    struct listener theirs = {.until = 1}, ours = {.until = -1};

    iv_init();
    begin(&ours);
    start(&theirs, 1);
    iv_signal_unregister(&ours.signal);
    raise(SIGUSR1);
    pthread_join(theirs.thread, NULL);
    SAME(theirs.calls, 1);
    iv_deinit();
}

static atomic_int finished;

static void* raise_often(void* argument) {
    (void)argument;
    for (int times = 0; times < 20000; times++) {
        raise(SIGUSR1);
    }
    finished = 1;
    return NULL;
}

// Each signal after which nothing else comes has to be handled: the last of a storm too.
PROMISE(the_last_signal_of_a_storm_is_not_lost) {
    struct listener listener = {.until = -1};
    pthread_t thread;
    int calls;

    iv_init();
    begin(&listener);
    SAME(pthread_create(&thread, NULL, raise_often, NULL), 0);
    while (!finished) {
        run_for(1);
    }
    pthread_join(thread, NULL);
    run_for(1);
    calls = listener.calls;
    KEEP(calls >= 1);
    raise(SIGUSR1);
    run_for(20);
    SAME(listener.calls, calls + 1);
    iv_signal_unregister(&listener.signal);
    iv_deinit();
}

static void* register_often(void* argument) {
    (void)argument;
    iv_init();
    while (!finished) {
        struct listener listener = {.until = -1};

        begin(&listener);
        iv_signal_unregister(&listener.signal);
    }
    iv_deinit();
    return NULL;
}

static void register_one(void) {
    struct listener listener = {.until = 1};

    iv_init();
    begin(&listener);
    raise(SIGUSR1);
    iv_main();
    SAME(listener.calls, 1);
    iv_deinit();
}

// A fork may find another thread in the middle of anything; a lock that it holds must not stay so.
PROMISE(a_child_forked_while_another_thread_registers_can_register_too) {
    pthread_t thread;

    iv_init();
    iv_deinit();
    SAME(pthread_create(&thread, NULL, register_often, NULL), 0);
    for (int times = 0; times < 50; times++) {
        int status;
        pid_t child = fork();

        if (child == 0) {
            alarm(5);
            register_one();
            _exit(0);
        }
        waitpid(child, &status, 0);
        SAME(status, 0);
    }
    finished = 1;
    pthread_join(thread, NULL);
}
