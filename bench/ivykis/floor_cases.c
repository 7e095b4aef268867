// The bare kernel doing what the cases do, with no library: an eventfd, which need not be read when
// it is watched edge-triggered, and epoll. Private to bench.
#include "measure.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

// An eventfd, and what waits for it.
struct bell {
    int set;
    int event;
};

static void watch(int set, int operation, int descriptor, unsigned how) {
    struct epoll_event wanted = {.events = EPOLLIN | how, .data.fd = descriptor};

    require(epoll_ctl(set, operation, descriptor, &wanted) == 0, "epoll_ctl");
}

static struct bell make_bell(void) {
    struct bell bell = {.set = epoll_create1(EPOLL_CLOEXEC),
                        .event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};

    require(bell.set >= 0 && bell.event >= 0, "epoll and eventfd");
    watch(bell.set, EPOLL_CTL_ADD, bell.event, EPOLLET);
    return bell;
}

static void ring_bell(int event) {
    uint64_t one = 1;

    require(write(event, &one, sizeof one) == sizeof one, "write");
}

static int await_bell(int set) {
    struct epoll_event found;
    int count;

    do {
        count = epoll_wait(set, &found, 1, -1);
    } while (count < 0);
    return found.data.fd;
}

struct player {
    struct bell own;
    int other;
    struct span* span;  // of the player that counts, else NULL
    atomic_int* over;
    int processor;
};

static void play(void* cookie) {
    struct player* player = cookie;

    pin_to(player->processor);
    if (player->span != NULL) {
        span_begin(player->span, 16);
        ring_bell(player->other);
    }
    while (!atomic_load(player->over)) {
        await_bell(player->own.set);
        if (player->span != NULL && span_over(player->span)) {
            atomic_store(player->over, 1);
        }
        ring_bell(player->other);
    }
}

static double round_trips(int first_processor, int second_processor) {
    struct bell first = make_bell(), second = make_bell();
    struct span span;
    atomic_int over = 0;
    struct player players[2] = {
        {first, second.event, &span, &over, first_processor},
        {second, first.event, NULL, &over, second_processor},
    };

    time_threads(2, play, players, sizeof players[0]);
    return span_per_second(&span);
}

static double one_processor(void) {
    return round_trips(0, 0);
}

static double two_processors(void) {
    return round_trips(0, 1);
}

static double self_post(void) {
    struct bell bell = make_bell();
    struct span span;

    span_begin(&span, 16);
    do {
        ring_bell(bell.event);
        await_bell(bell.set);
    } while (!span_over(&span));
    return span_ns(&span);
}

static int signalled;

static void handle_signal(int number) {
    (void)number;
    ring_bell(signalled);
}

static double signal_raise(void) {
    struct sigaction action = {.sa_handler = handle_signal, .sa_flags = SA_RESTART};
    struct bell bell = make_bell();
    struct span span;

    signalled = bell.event;
    require(sigaction(SIGUSR1, &action, NULL) == 0, "sigaction");
    span_begin(&span, 16);
    do {
        raise(SIGUSR1);
        await_bell(bell.set);
    } while (!span_over(&span));
    return span_ns(&span);
}

// A one-shot watch goes off by itself and is put on again by one call.
static double on_off_job(void) {
    struct bell done = make_bell();
    int input = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    struct span span;

    watch(done.set, EPOLL_CTL_ADD, input, EPOLLONESHOT);
    span_begin(&span, 16);
    do {
        uint64_t count;

        require(await_bell(done.set) == input, "input");
        ring_bell(done.event);
        require(await_bell(done.set) == done.event, "done");
        require(read(done.event, &count, sizeof count) == sizeof count, "read");
        watch(done.set, EPOLL_CTL_MOD, input, EPOLLONESHOT);
    } while (!span_over(&span));
    return span_ns(&span);
}

const struct bench_case floor_cases[] = {
    {"floor-pingpong-1cpu", "trips/s", one_processor},
    {"floor-pingpong-2cpu", "trips/s", two_processors},
    {"floor-self-post", "ns", self_post},
    {"floor-signal-raise", "ns", signal_raise},
    {"floor-on-off-job", "ns", on_off_job},
    {0},
};
