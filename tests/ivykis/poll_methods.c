// Promises about the ways of waiting and the environment that chooses among them. For tests/ivykis.
#include "promise.h"

#include "loop_time.h"

#include <iv_event.h>
#include <iv_signal.h>
#include <pthread.h>
#include <stdatomic.h>

static void exclude(const char* names) {
    setenv("IV_EXCLUDE_POLL_METHOD", names, 1);
}

static int method_is(const char* name) {
    return strcmp(iv_poll_method_name(), name) == 0;
}

static const char* names_to_try;
static const char* name_expected;

static void choose(void) {
    if (names_to_try != NULL) {
        exclude(names_to_try);
    } else {
        unsetenv("IV_EXCLUDE_POLL_METHOD");  // whoever runs the tests may have set it
    }
    KEEP(iv_poll_method_name() == NULL);
    iv_init();
    KEEP(method_is(name_expected));
    iv_deinit();
}

static void excluding(const char* names, const char* expected) {
    char text[1000];

    names_to_try = names;
    name_expected = expected;
    if (promise_status_of(choose, text, sizeof text) != 0) {
        fprintf(stderr, "without '%s' it is not %s: %s", names, expected, text);
        promise_broken(__FILE__, __LINE__, "the method is the expected one");
    }
}

PROMISE(the_first_method_is_epoll_with_a_timer_descriptor) {
    excluding(NULL, "epoll-timerfd");
    excluding("", "epoll-timerfd");
}

PROMISE(the_other_methods_follow_in_order) {
    excluding("epoll-timerfd", "epoll");
    excluding("epoll-timerfd epoll", "ppoll");
    excluding("epoll-timerfd epoll ppoll", "poll");
    excluding("ppoll epoll-timerfd epoll", "poll");
    excluding("epoll-timerfd epoll poll", "ppoll");
}

PROMISE(names_are_separated_by_white_space_and_compared_as_a_whole) {
    excluding("  epoll-timerfd\t\tepoll\nppoll ", "poll");
    excluding("epoll", "epoll-timerfd");
    excluding("epoll-timer", "epoll-timerfd");
    excluding("epoll-timerfds", "epoll-timerfd");
    excluding("EPOLL-TIMERFD", "epoll-timerfd");
    excluding("kqueue /dev/poll port epoll-timerfd", "epoll");
}

static void exclude_all(void) {
    exclude("epoll-timerfd epoll ppoll poll");
    iv_init();
}

PROMISE(no_method_left_is_fatal) {
    KEEP(promise_aborts(exclude_all));
}

static void* init_in_thread(void* ignored) {
    iv_init();
    KEEP(method_is("epoll"));
    iv_deinit();
    return ignored;
}

PROMISE(the_first_choice_is_for_all_threads_and_for_good) {
    pthread_t thread;

    exclude("epoll-timerfd");
    iv_init();
    exclude("epoll");
    SAME(pthread_create(&thread, NULL, init_in_thread, NULL), 0);
    pthread_join(thread, NULL);
    KEEP(method_is("epoll"));
    iv_deinit();
    iv_init();
    KEEP(method_is("epoll"));
    iv_deinit();
}

static void become_set_uid(void) {
    // As after execve() of a program of root by somebody else. Nobody else can become so.
    if (geteuid() == 0) {
        SAME(setreuid(65534, (uid_t)-1), 0);
        KEEP(getuid() != geteuid());
    } else {
        unsetenv("IV_EXCLUDE_POLL_METHOD");
        unsetenv("IV_SELECT_POLL_METHOD");
    }
}

PROMISE(programs_with_another_effective_user_do_not_heed_exclusions) {
    exclude("epoll-timerfd epoll ppoll poll");
    become_set_uid();
    iv_init();
    KEEP(method_is("epoll-timerfd"));
    iv_deinit();
}

static void select_and_exclude(const char* name, const char* names) {
    setenv("IV_SELECT_POLL_METHOD", name, 1);
    exclude(names);
}

static void select_expected(void) {
    select_and_exclude(name_expected, names_to_try);
    iv_init();
    KEEP(method_is(name_expected));
    iv_deinit();
}

// Stock does not know the variable; the fork that syslog-ng bundles does.
BETTER(a_method_can_be_selected_by_name_even_if_it_is_excluded) {
    static const char* const names[] = {"epoll-timerfd", "epoll", "ppoll", "poll"};

    for (int index = 0; index < 4; index++) {
        name_expected = names[index];
        names_to_try = "";
        SAME(promise_status_of(select_expected, NULL, 0), 0);
        names_to_try = names[index];
        SAME(promise_status_of(select_expected, NULL, 0), 0);
    }
}

static void select_unknown(void) {
    select_and_exclude("kqueue", "");
    iv_init();
}

// Absent from stock; there is no falling back from what somebody asked for by name.
BETTER(selecting_an_unknown_method_is_fatal) {
    KEEP(promise_aborts(select_unknown));
}

// Stock has no selections; the fork heeds them here too, to the advantage of whoever starts the
// program.
PROMISE(programs_with_another_effective_user_do_not_heed_selections) {
    select_and_exclude("poll", "");
    become_set_uid();
    iv_init();
    KEEP(method_is("epoll-timerfd"));
    iv_deinit();
}

static struct iv_event event;
static struct iv_signal usr1;
static int seen_timer, seen_event, seen_signal, seen_bytes;

static void end_event(void* ignored) {
    (void)ignored;
    seen_event++;
    iv_event_unregister(&event);
}

static void end_signal(void* ignored) {
    (void)ignored;
    seen_signal++;
    iv_signal_unregister(&usr1);
}

static void* post(void* ignored) {
    iv_event_post(&event);
    return ignored;
}

static void note_timer(void* ignored) {
    pthread_t thread;

    (void)ignored;
    seen_timer++;
    SAME(pthread_create(&thread, NULL, post, NULL), 0);
    pthread_join(thread, NULL);
    raise(SIGUSR1);
}

static void read_byte(void* cookie) {
    struct iv_fd* watch = cookie;
    char byte;

    if (read(watch->fd, &byte, 1) == 1) {
        seen_bytes++;
    } else {
        iv_fd_unregister(watch);
    }
}

static void use_everything(void) {
    struct iv_timer timer;
    struct iv_fd watch;
    int ends[2];

    exclude(names_to_try);
    iv_init();
    KEEP(method_is(name_expected));
    event.handler = end_event;
    SAME(iv_event_register(&event), 0);
    usr1.signum = SIGUSR1;
    usr1.handler = end_signal;
    SAME(iv_signal_register(&usr1), 0);
    SAME(pipe(ends), 0);
    IV_FD_INIT(&watch);
    watch.fd = ends[0];
    watch.cookie = &watch;
    watch.handler_in = read_byte;
    iv_fd_register(&watch);
    SAME(write(ends[1], "abc", 3), 3);
    close(ends[1]);
    start_timer(&timer, 5, note_timer, NULL);
    iv_main();
    SAME(seen_timer, 1);
    SAME(seen_event, 1);
    SAME(seen_signal, 1);
    SAME(seen_bytes, 3);
    iv_deinit();
}

PROMISE(every_method_serves_timers_events_signals_and_descriptors) {
    static const char* const names[] = {"epoll-timerfd", "epoll", "ppoll", "poll"};
    char excluded[100] = "";

    for (int index = 0; index < 4; index++) {
        name_expected = names[index];
        names_to_try = excluded;
        SAME(promise_status_of(use_everything, NULL, 0), 0);
        strcat(strcat(excluded, " "), names[index]);
    }
}

static long long due, late;

static void note_lateness(void* ignored) {
    (void)ignored;
    late = promise_now() - due;
    iv_quit();
}

static void do_nothing(void* count) {
    ++*(int*)count;
}

// The timer stays the earliest for thousands of waits, and then the kernel is told of it once.
PROMISE(a_timer_is_kept_while_a_descriptor_is_always_ready) {
    struct iv_timer timer;
    struct iv_fd watch;
    int ends[2], rounds = 0;

    iv_init();
    SAME(pipe(ends), 0);
    IV_FD_INIT(&watch);
    watch.fd = ends[1];
    watch.cookie = &rounds;
    watch.handler_out = do_nothing;
    iv_fd_register(&watch);
    start_timer(&timer, 50, note_lateness, NULL);
    due = timer.expires.tv_sec * 1000000000LL + timer.expires.tv_nsec;
    iv_main();
    KEEP(late >= 0);
    KEEP(late < 1000000000LL);
    KEEP(rounds > 5);
    iv_fd_unregister(&watch);
    iv_deinit();
}
