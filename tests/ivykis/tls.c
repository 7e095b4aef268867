// Promises of iv_tls. For tests/ivykis.
#include "promise.h"

#include "loop_time.h"

#include <iv_event.h>
#include <iv_thread.h>
#include <iv_tls.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct state {
    int value;
    char rest[100];
};

static struct iv_tls_user early = {.sizeof_state = sizeof(struct state)};

// Libraries register from constructors, which may run before ours.
__attribute__((constructor(101))) static void register_early(void) {
    iv_tls_user_register(&early);
}

PROMISE(a_user_registered_by_an_early_constructor_has_its_area) {
    struct state* state;

    KEEP(iv_tls_user_ptr(&early) == NULL);
    iv_init();
    state = iv_tls_user_ptr(&early);
    KEEP(state != NULL);
    state->value = 1;
    KEEP(iv_tls_user_ptr(&early) == state);
    iv_deinit();
    KEEP(iv_tls_user_ptr(&early) == NULL);
}

PROMISE(an_area_is_zeroed_also_when_the_thread_begins_again) {
    iv_init();
    for (int times = 0; times < 3; times++) {
        unsigned char* bytes = iv_tls_user_ptr(&early);

        for (size_t index = 0; index < sizeof(struct state); index++) {
            SAME(bytes[index], 0);
        }
        memset(bytes, 0xA5, sizeof(struct state));
        iv_deinit();
        iv_init();
    }
    iv_deinit();
}

PROMISE(areas_do_not_overlap_and_have_the_alignment_of_malloc) {
    static struct iv_tls_user users[20];
    uintptr_t places[20];

    for (size_t index = 0; index < 20; index++) {
        users[index].sizeof_state = 1 + index * 7;
        iv_tls_user_register(&users[index]);
    }
    iv_init();
    for (size_t index = 0; index < 20; index++) {
        places[index] = (uintptr_t)iv_tls_user_ptr(&users[index]);
        KEEP(places[index] != 0);
        KEEP(places[index] % 16 == 0);
        memset(iv_tls_user_ptr(&users[index]), 0xA5, users[index].sizeof_state);
        for (size_t other = 0; other < index; other++) {
            KEEP(places[index] + users[index].sizeof_state <= places[other] ||
                 places[other] + users[other].sizeof_state <= places[index]);
        }
    }
    iv_deinit();
}

static void* ask_without_loop(void* ignored) {
    KEEP(iv_tls_user_ptr(&early) == NULL);
    return ignored;
}

static struct state* state_of_main;

static void* ask_with_loop(void* ignored) {
    struct state* state;

    iv_init();
    state = iv_tls_user_ptr(&early);
    KEEP(state != NULL);
    KEEP(state != state_of_main);
    SAME(state->value, 0);
    iv_deinit();
    return ignored;
}

PROMISE(each_thread_with_a_loop_has_an_area_of_its_own_and_others_have_none) {
    pthread_t thread;

    iv_init();
    state_of_main = iv_tls_user_ptr(&early);
    state_of_main->value = 1;
    SAME(pthread_create(&thread, NULL, ask_without_loop, NULL), 0);
    pthread_join(thread, NULL);
    SAME(pthread_create(&thread, NULL, ask_with_loop, NULL), 0);
    pthread_join(thread, NULL);
    SAME(state_of_main->value, 1);
    iv_deinit();
}

static char order[16];
static struct iv_tls_user first, second;
static struct iv_event event_of_hook;
static struct iv_timer timer_of_hook;

static void note(char letter) {
    order[strlen(order)] = letter;
}

static void begin_first(void* state) {
    KEEP(iv_tls_user_ptr(&first) == state);
    KEEP(iv_inited());
    note('1');
}

static void note_event(void* ignored) {
    (void)ignored;
    note('e');
    iv_quit();
}

static void begin_second(void* state) {
    KEEP(iv_tls_user_ptr(&second) == state);
    note('2');
    event_of_hook.handler = note_event;
    SAME(iv_event_register(&event_of_hook), 0);
    iv_event_post(&event_of_hook);
    start_timer(&timer_of_hook, 3600000, note_event, NULL);
}

static void end_first(void* state) {
    KEEP(iv_tls_user_ptr(&first) == state);
    KEEP(iv_inited());
    note('3');
}

static void end_second(void* state) {
    KEEP(iv_tls_user_ptr(&second) == state);
    note('4');
    iv_timer_unregister(&timer_of_hook);
    iv_event_unregister(&event_of_hook);
}

static void register_both(void) {
    first.sizeof_state = 8;
    first.init_thread = begin_first;
    first.deinit_thread = end_first;
    iv_tls_user_register(&first);
    second.sizeof_state = 8;
    second.init_thread = begin_second;
    second.deinit_thread = end_second;
    iv_tls_user_register(&second);
}

PROMISE(hooks_run_in_the_order_of_registration_and_may_use_the_loop) {
    register_both();
    iv_init();
    KEEP(strcmp(order, "12") == 0);
    iv_main();
    KEEP(strcmp(order, "12e") == 0);
    iv_deinit();
    KEEP(strcmp(order, "12e34") == 0);
}

static void* init_and_leave(void* ignored) {
    iv_init();
    return ignored;
}

PROMISE(the_hooks_run_in_a_thread_that_ends_without_iv_deinit) {
    pthread_t thread;

    register_both();
    SAME(pthread_create(&thread, NULL, init_and_leave, NULL), 0);
    pthread_join(thread, NULL);
    KEEP(strcmp(order, "1234") == 0);
}

static struct iv_tls_user unregistered;

static void ask_for_unregistered(void) {
    iv_init();
    iv_tls_user_ptr(&unregistered);
}

PROMISE(asking_for_the_area_of_an_unregistered_user_is_fatal) {
    unregistered.sizeof_state = 8;
    KEEP(promise_aborts(ask_for_unregistered));
}

static void* volatile asked_in_handler;
static volatile sig_atomic_t inited_in_handler;

static void ask_in_handler(int signum) {
    (void)signum;
    asked_in_handler = iv_tls_user_ptr(&early);
    inited_in_handler = iv_inited();
}

PROMISE(a_signal_handler_may_ask_for_the_area_and_for_the_loop) {
    signal(SIGUSR1, ask_in_handler);
    asked_in_handler = &early;
    raise(SIGUSR1);
    KEEP(asked_in_handler == NULL);
    SAME(inited_in_handler, 0);
    iv_init();
    raise(SIGUSR1);
    KEEP(asked_in_handler != NULL);
    KEEP(asked_in_handler == iv_tls_user_ptr(&early));
    KEEP(inited_in_handler);
    iv_deinit();
    raise(SIGUSR1);
    KEEP(asked_in_handler == NULL);
    SAME(inited_in_handler, 0);
}

static void ask_in_child(void) {
    KEEP(iv_inited());
    SAME(((struct state*)iv_tls_user_ptr(&early))->value, 7);
}

PROMISE(a_forked_child_has_the_area_of_the_thread_that_forked) {
    iv_init();
    ((struct state*)iv_tls_user_ptr(&early))->value = 7;
    SAME(promise_status_of(ask_in_child, NULL, 0), 0);
    iv_deinit();
}

enum { registrars = 4, users_each = 100 };

static struct iv_tls_user crowd[registrars][users_each];

static void* register_crowd(void* users) {
    for (int index = 0; index < users_each; index++) {
        iv_tls_user_register((struct iv_tls_user*)users + index);
    }
    return NULL;
}

static atomic_int begun;

static void count_begun(void* ignored) {
    (void)ignored;
    begun++;
}

PROMISE(users_that_several_threads_register_at_a_time_are_all_there) {
    pthread_t threads[registrars];

    for (int index = 0; index < registrars * users_each; index++) {
        crowd[index / users_each][index % users_each].sizeof_state = 1;
        crowd[index / users_each][index % users_each].init_thread = count_begun;
    }
    for (int index = 0; index < registrars; index++) {
        SAME(pthread_create(&threads[index], NULL, register_crowd, crowd[index]), 0);
    }
    for (int index = 0; index < registrars; index++) {
        pthread_join(threads[index], NULL);
    }
    iv_init();
    SAME(begun, registrars * users_each);
    iv_deinit();
}

static struct iv_tls_user late;
static atomic_int late_begun, late_ended;

static void begin_late(void* state) {
    KEEP(state != NULL);
    SAME(((struct state*)state)->value, 0);
    ((struct state*)state)->value = 5;
    late_begun++;
}

static void end_late(void* state) {
    SAME(((struct state*)state)->value, 5);
    late_ended++;
}

static void register_late(void) {
    late.sizeof_state = sizeof(struct state);
    late.init_thread = begin_late;
    late.deinit_thread = end_late;
    iv_tls_user_register(&late);
}

// L10: fatal in stock, so that what is loaded by dlopen() cannot use it.
BETTER(a_user_may_be_registered_when_the_thread_has_a_loop_already) {
    struct state* early_state;

    iv_init();
    early_state = iv_tls_user_ptr(&early);
    early_state->value = 1;
    register_late();
    KEEP(iv_tls_user_ptr(&late) != NULL);
    SAME(((struct state*)iv_tls_user_ptr(&late))->value, 5);
    SAME(late_begun, 1);
    KEEP(iv_tls_user_ptr(&early) == early_state);
    SAME(early_state->value, 1);
    iv_deinit();
    SAME(late_ended, 1);
    iv_init();
    SAME(late_begun, 2);
    iv_deinit();
    SAME(late_ended, 2);
}

static struct iv_event ask_now;
static atomic_int thread_is_ready;

static void ask_and_quit(void* ignored) {
    struct state* state = iv_tls_user_ptr(&late);

    (void)ignored;
    KEEP(state != NULL);
    SAME(state->value, 5);
    KEEP(iv_tls_user_ptr(&late) == state);
    iv_event_unregister(&ask_now);
}

static void run_until_asked(void* ignored) {
    (void)ignored;
    iv_init();
    ask_now.handler = ask_and_quit;
    SAME(iv_event_register(&ask_now), 0);
    thread_is_ready = 1;
    iv_main();
    iv_deinit();
}

// L10: as above. The other thread runs its hook itself, by the time it asks at the latest.
BETTER(a_user_registered_late_has_an_area_in_threads_that_exist_already) {
    iv_init();
    SAME(iv_thread_create("thread", run_until_asked, NULL), 0);
    while (!thread_is_ready) {
        poll(NULL, 0, 1);
    }
    register_late();
    iv_event_post(&ask_now);
    iv_main();
    SAME(late_begun, 1 + (iv_tls_user_ptr(&late) != NULL));
    SAME(late_ended, 1);
    iv_deinit();
    SAME(late_ended, 2);
}
