// What sources for QNX expect beside resource managers, in C and in C++: names, numbers, and that
// the calls behind them do what they should. Says what does not hold, and fails.
#include <atomic.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <share.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/neutrino.h>
#include <sys/platform.h>
#include <sys/procmgr.h>
#include <sys/queue.h>
#include <sys/slog.h>
#include <sys/slog2.h>
#include <sys/slogcodes.h>
#include <sys/stat.h>
#include <sys/syspage.h>
#include <sys/types.h>
#include <unistd.h>

#ifdef __cplusplus
#define HOLDS(what) static_assert(what, #what)
#else
#define HOLDS(what) _Static_assert(what, #what)
#endif

HOLDS(EOK == 0);
HOLDS(EBADFSYS > EHWPOISON && ENEEDAUTH < 512);
HOLDS(ESRVRFAULT != EENDIAN && EBADRPC != ENOREMOTE && EMORE != ECTRLTERM && ERESTART == 85);
HOLDS(S_IFNAM == 0x5000 && _S_IFNAM == S_IFNAM && S_ISNAM(S_IFNAM | 0666) && !S_ISNAM(S_IFCHR));
HOLDS(SH_DENYRW == 0x10 && SH_DENYWR == 0x20 && SH_DENYRD == 0x30 && SH_DENYNO == 0x40);
HOLDS(SIGSELECT == 57 && SIGPHOTON == 58);
HOLDS(_SLOG_SHUTDOWN == 0 && _SLOG_DEBUG2 == 7 && SLOG2_ERROR == 2 && SLOG2_INFO == 5);
HOLDS(_SLOG_GETMAJOR(_SLOG_SETCODE(_SLOGC_TEST, 5)) == _SLOGC_TEST);
HOLDS(PROCMGR_DAEMON_NOCHDIR == 1 && PROCMGR_DAEMON_KEEPUMASK == 8);
HOLDS(_NTO_TCTL_RUNMASK == 4 && _NTO_TCTL_NAME == 11);
HOLDS(sizeof(_Uint8t) == 1 && sizeof(_Int16t) == 2 && sizeof(_Uint32t) == 4);
HOLDS(sizeof(_Int64t) == 8 && sizeof(_Uintptrt) == sizeof(void*));
HOLDS(sizeof(paddr_t) == sizeof(void*) && sizeof(paddr64_t) == 8);
HOLDS(sizeof(iov_t) == 2 * sizeof(void*) && ND_LOCAL_NODE == 0);
HOLDS(__RCVID_T_SIZE == 8 * sizeof(rcvid_t));
HOLDS(_NTO_COF_NOINHERIT != 0 && O_LARGEFILE >= 0);

#include <_pack64.h>
struct Packed {
    char byte;
    uint64_t number;
};
#include <_packpop.h>
HOLDS(sizeof(struct Packed) == 16);

__BEGIN_DECLS
extern int _lowest_fd;
int failures = 0;
__END_DECLS

static void check(int holds, const char* what) {
    if (!holds) {
        fprintf(stderr, "does not hold: %s\n", what);
        ++failures;
    }
}
#define CHECK(what) check((what), #what)

static void change_numbers(void) {
    volatile unsigned number = 5;
    atomic_add(&number, 3);
    CHECK(number == 8);
    CHECK(atomic_sub_value(&number, 6) == 8 && number == 2);
    CHECK(atomic_set_value(&number, 9) == 2 && number == 11);
    atomic_clr(&number, 3);
    CHECK(number == 8);
    CHECK(atomic_toggle_value(&number, 12) == 8 && number == 4);
    CHECK(atomic_add_value(&number, 1) == 4 && number == 5);
    atomic_sub(&number, 5);
    atomic_set(&number, 2);
    atomic_toggle(&number, 1);
    CHECK(number == 3 && atomic_clr_value(&number, 1) == 3 && number == 2);
}

static void write_texts(void) {
    char text[16] = "";
    CHECK(strlcpy(text, "abcdef", 4) == 6 && strcmp(text, "abc") == 0);
    CHECK(strlcat(text, "defg", 6) == 7 && strcmp(text, "abcde") == 0);
    CHECK(strlcat(text, "x", 3) == 4 && strcmp(text, "abcde") == 0);
    CHECK(stricmp("Abc", "aBC") == 0 && strcmpi("a", "B") < 0 && strnicmp("abX", "ABy", 2) == 0);
    CHECK(strcmp(strupr(text), "ABCDE") == 0 && strcmp(strlwr(text), "abcde") == 0);
    CHECK(strcmp(strrev(text), "edcba") == 0);
    CHECK(strcmp(itoa(-42, text, 10), "-42") == 0 && strcmp(itoa(-1, text, 16), "ffffffff") == 0);
    CHECK(strcmp(utoa(5, text, 2), "101") == 0 && strcmp(ultoa(35, text, 36), "z") == 0);
    CHECK(strcmp(ltoa(0, text, 10), "0") == 0 && strcmp(itoa(7, text, 1), "") == 0);
}

struct Element {
    int number;
    TAILQ_ENTRY(Element) link;
    STAILQ_ENTRY(Element) single;
};
TAILQ_HEAD(Elements, Element);
STAILQ_HEAD(Singles, Element);

static void walk_queues(void) {
    struct Element elements[3];
    struct Elements queue = TAILQ_HEAD_INITIALIZER(queue);
    struct Elements other = TAILQ_HEAD_INITIALIZER(other);
    struct Singles singles = STAILQ_HEAD_INITIALIZER(singles);
    struct Element* element = NULL;
    struct Element* next = NULL;
    int sum = 0;
    CHECK(STAILQ_LAST(&singles, Element, single) == NULL);
    for (int number = 0; number < 3; ++number) {
        elements[number].number = number + 1;
        TAILQ_INSERT_TAIL(&queue, &elements[number], link);
        STAILQ_INSERT_TAIL(&singles, &elements[number], single);
    }
    CHECK(STAILQ_LAST(&singles, Element, single) == &elements[2]);
    STAILQ_REMOVE_AFTER(&singles, &elements[1], single);
    CHECK(STAILQ_LAST(&singles, Element, single) == &elements[1]);
    TAILQ_SWAP(&queue, &other, Element, link);
    CHECK(TAILQ_EMPTY(&queue) && TAILQ_LAST(&other, Elements) == &elements[2]);
    TAILQ_FOREACH_REVERSE_SAFE(element, &other, Elements, link, next) {
        sum = sum * 10 + element->number;
        TAILQ_REMOVE(&other, element, link);
        memset(&element->link, 0x55, sizeof element->link);
    }
    CHECK(sum == 321 && TAILQ_EMPTY(&other));
    element = &elements[1];
    sum = 0;
    STAILQ_FOREACH_FROM(element, &singles, single) {
        sum += element->number;
    }
    CHECK(sum == 2);
}

static void ask_the_kernel(void) {
    char named[sizeof(struct _thread_name) + _NTO_THREAD_NAME_MAX];
    struct _thread_name* name = (struct _thread_name*)(void*)named;
    uint64_t before = 0;
    uint64_t cycles = ClockCycles();
    unsigned mask = 0;
    struct _clockperiod period;
    CHECK(ThreadCtl(_NTO_TCTL_IO, 0) == 0 && ThreadCtl(_NTO_TCTL_IO_PRIV, (void*)1) == 0);
    name->new_name_len = 6;
    name->name_buf_len = _NTO_THREAD_NAME_MAX;
    memcpy(name->name_buf, "worker", 7);
    CHECK(ThreadCtl(_NTO_TCTL_NAME, name) == 0 && strncmp(name->name_buf, "small_things", 12) == 0);
    name->new_name_len = -1;
    CHECK(ThreadCtl(_NTO_TCTL_NAME, name) == 0 && strcmp(name->name_buf, "worker") == 0);
    CHECK(ThreadCtl(_NTO_TCTL_RUNMASK_GET_AND_SET, &mask) == 0 && mask != 0);
    CHECK(ThreadCtl(_NTO_TCTL_RUNMASK, (void*)(uintptr_t)mask) == 0);
    CHECK(ThreadCtl(_NTO_TCTL_RUNMASK, NULL) == -1 && errno == EINVAL);
    CHECK(ThreadCtl_r(_NTO_TCTL_THREADS_HOLD, NULL) == EINVAL);
    CHECK(getprio(0) == 10 && setprio(0, 10) == 10);
    CHECK(delay(2) == 0 && ClockCycles() - cycles >= SYSPAGE_ENTRY(qtime)->cycles_per_sec / 500);
    CHECK(_syspage_ptr->num_cpu >= 1);
    CHECK(ClockTime(CLOCK_REALTIME, NULL, &before) == 0 && before > 1000000000000000000U);
    CHECK(ClockTime(-1, NULL, &before) == -1 && errno == EINVAL);
    CHECK(ClockPeriod(CLOCK_REALTIME, NULL, &period, 0) == 0 && period.nsec > 0);
}

static void log_lines(void) {
    slog2_buffer_set_config_t config;
    slog2_buffer_t buffers[2];
    memset(&config, 0, sizeof config);
    CHECK(slog2_register(&config, buffers, 0) == -1 && errno == EINVAL);
    config.num_buffers = 2;
    config.buffer_set_name = "set";
    config.verbosity_level = SLOG2_WARNING;
    config.buffer_config[0].buffer_name = "first";
    config.buffer_config[1].buffer_name = "second";
    CHECK(slog2_register(&config, buffers, 0) == 0);
    CHECK(slog2_set_default_buffer(buffers[0]) == NULL);
    CHECK(slog2_set_default_buffer(buffers[1]) == buffers[0]);
    CHECK(slog2_set_verbosity(buffers[0], SLOG2_INFO) == 0);
    CHECK(slog2_get_verbosity(buffers[0]) == SLOG2_INFO);
    CHECK(slog2_get_verbosity(NULL) == SLOG2_WARNING);
    CHECK(slog2f(buffers[0], 1, SLOG2_INFO, "number %d\n", 7) == 0);
    CHECK(slog2c(NULL, 1, SLOG2_ERROR, "100%") == 0);
    CHECK(slog2c(NULL, 1, SLOG2_INFO, "too talkative") == 0);
    CHECK(slogf(_SLOG_SETCODE(_SLOGC_TEST, 0), _SLOG_CRITICAL, "of %s", "slogf") == 8);
    CHECK(slog2_reset() == 0);
}

// What the lines above have written to the standard error, which is `file` meanwhile.
static void read_log(FILE* file, int standard_error, const char* program) {
    char text[256];
    const char* name = strrchr(program, '/');
    char wanted[512];
    size_t size;
    name = name == NULL ? program : name + 1;
    fflush(stderr);
    dup2(standard_error, STDERR_FILENO);
    rewind(file);
    size = fread(text, 1, sizeof text - 1, file);
    text[size] = '\0';
    snprintf(wanted, sizeof wanted,
             "%s: info: first: number 7\n%s: error: second: 100%%\n%s: critical: of slogf\n", name,
             name, name);
    CHECK(strcmp(text, wanted) == 0);
}

static void become_daemon(void) {
    char folder[64];
    const pid_t before = getpid();
    CHECK(procmgr_ability(0, PROCMGR_ADN_ROOT | PROCMGR_AOP_ALLOW | PROCMGR_AID_IO,
                          PROCMGR_AID_EOL) == EOK);
    CHECK(procmgr_daemon(EXIT_SUCCESS, PROCMGR_DAEMON_NODEVNULL | PROCMGR_DAEMON_NOCLOSE) == 0);
    CHECK(getcwd(folder, sizeof folder) != NULL && strcmp(folder, "/") == 0);
    CHECK(umask(022) == 0 && getpid() == before);
    CHECK(procmgr_detach(EXIT_SUCCESS) == 0);
}

int main(int argc, char** argv) {
    FILE* file = tmpfile();
    const int standard_error = dup(STDERR_FILENO);
    union sigval value;
    value.sival_long = 1L << 40;
    CHECK(value.sival_long >> 40 == 1 && _lowest_fd == 0);
    change_numbers();
    write_texts();
    walk_queues();
    ask_the_kernel();
    setenv("TOCSIN_SLOG", "stderr", 1);
    if (file == NULL || dup2(fileno(file), STDERR_FILENO) < 0) {
        return EXIT_FAILURE;
    }
    log_lines();
    read_log(file, standard_error, argv[argc - 1]);
    become_daemon();
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
