// Promises of iv_fatal. For tests/ivykis.
#include "promise.h"

#include "loop_time.h"

#include <iv_thread.h>
#include <pthread.h>
#include <syslog.h>

static char text[10000];

// What a body that ends by abort() said.
static const char* said_before_abort(void (*body)(void)) {
    KEEP(ended_by(promise_status_of(body, text, sizeof text), SIGABRT));
    return text;
}

// Says it with marks around it, so that a message without an end shows.
static void print_marked(const char* message) {
    fprintf(stderr, "<%s>", message);
    fflush(stderr);
}

static void exit_with_7(const char* message) {
    (void)message;
    _exit(7);
}

static void fail(void) {
    iv_fatal("%s number %d", "mistake", 42);
}

static void fail_with_handler(void) {
    iv_set_fatal_msg_handler(print_marked);
    fail();
}

// The handler should not come back; where it does, the process ends all the same.
PROMISE(the_handler_gets_the_formatted_message_and_abort_follows) {
    KEEP(strcmp(said_before_abort(fail_with_handler), "<mistake number 42>") == 0);
}

static void fail_with_handler_that_exits(void) {
    iv_set_fatal_msg_handler(exit_with_7);
    fail();
}

PROMISE(a_handler_may_end_the_process_in_its_own_way) {
    int status = promise_status_of(fail_with_handler_that_exits, NULL, 0);

    KEEP(WIFEXITED(status));
    SAME(WEXITSTATUS(status), 7);
}

static void fail_without_handler(void) {
    fail();
}

PROMISE(without_a_handler_it_aborts) {
    KEEP(promise_aborts(fail_without_handler));
}

static void fail_and_log(void) {
    openlog("identity", LOG_PERROR, LOG_USER);
    fail();
}

static void fail_and_log_what_is_worse(void) {
    setlogmask(LOG_UPTO(LOG_ALERT));
    fail_and_log();
}

static void fail_and_log_critical_things(void) {
    setlogmask(LOG_MASK(LOG_CRIT));
    fail_and_log();
}

// The C library copies to standard error what a program logs, where it is told so.
PROMISE(without_a_handler_the_message_goes_to_the_system_log_as_critical) {
    KEEP(strstr(said_before_abort(fail_and_log), "identity: mistake number 42") != NULL);
    KEEP(strstr(said_before_abort(fail_and_log_critical_things), "identity: mist") != NULL);
    KEEP(strstr(said_before_abort(fail_and_log_what_is_worse), "identity: mist") == NULL);
}

static void fail_with_handler_and_log(void) {
    openlog("identity", LOG_PERROR, LOG_USER);
    fail_with_handler();
}

PROMISE(with_a_handler_nothing_goes_to_the_system_log) {
    KEEP(strcmp(said_before_abort(fail_with_handler_and_log), "<mistake number 42>") == 0);
}

// L15: stock is silent there, and who has no system log learns nothing.
BETTER(without_a_handler_the_message_goes_to_standard_error_too) {
    KEEP(strstr(said_before_abort(fail_without_handler), "mistake number 42") != NULL);
}

static void fail_after_taking_the_handler_back(void) {
    iv_set_fatal_msg_handler(exit_with_7);
    iv_set_fatal_msg_handler(NULL);
    fail_and_log();
}

PROMISE(the_handler_can_be_taken_back) {
    KEEP(strstr(said_before_abort(fail_after_taking_the_handler_back),
                "identity: mistake number 42") != NULL);
}

static void fail_at_length(void) {
    char long_text[2000];

    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    iv_set_fatal_msg_handler(print_marked);
    iv_fatal("%s", long_text);
}

PROMISE(a_long_message_is_cut_at_1023_bytes) {
    said_before_abort(fail_at_length);
    SAME((long long)strspn(text + 1, "x"), 1023);
    KEEP(strcmp(text + 1 + 1023, ">") == 0);
}

static void* fail_in_thread(void* ignored) {
    fail();
    return ignored;
}

static void fail_in_another_thread(void) {
    pthread_t thread;

    iv_set_fatal_msg_handler(print_marked);
    SAME(pthread_create(&thread, NULL, fail_in_thread, NULL), 0);
    pthread_join(thread, NULL);
}

// The library is not initialised in either.
PROMISE(the_handler_is_that_of_the_process) {
    KEEP(strcmp(said_before_abort(fail_in_another_thread), "<mistake number 42>") == 0);
}

static void fail_in_signal_handler(int signum) {
    (void)signum;
    fail();
}

static void fail_by_signal(void) {
    iv_set_fatal_msg_handler(print_marked);
    signal(SIGUSR1, fail_in_signal_handler);
    iv_init();
    raise(SIGUSR1);
}

PROMISE(a_signal_handler_may_call_it) {
    KEEP(strcmp(said_before_abort(fail_by_signal), "<mistake number 42>") == 0);
}

static void unregister_what_is_not_registered(void) {
    struct iv_task task;

    iv_set_fatal_msg_handler(print_marked);
    iv_init();
    IV_TASK_INIT(&task);
    iv_task_unregister(&task);
}

PROMISE(mistakes_that_the_library_finds_go_to_the_handler_too) {
    KEEP(strlen(said_before_abort(unregister_what_is_not_registered)) > 2);
    KEEP(text[0] == '<');
}

static void fail_in_child_of_a_loop(void* ignored) {
    (void)ignored;
    fail();
}

static void fail_in_callback(void) {
    iv_set_fatal_msg_handler(print_marked);
    iv_init();
    SAME(iv_thread_create("thread", fail_in_child_of_a_loop, NULL), 0);
    iv_main();
}

PROMISE(a_thread_of_the_library_may_call_it) {
    KEEP(strcmp(said_before_abort(fail_in_callback), "<mistake number 42>") == 0);
}
