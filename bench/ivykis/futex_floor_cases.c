// The cheapest sleep and wake-up that the kernel has, which no descriptor can be watched beside.
// Private to bench.
#include "measure.h"

#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

struct player {
    atomic_int* own;
    atomic_int* other;
    struct span* span;  // of the player that counts, else NULL
    atomic_int* over;
    int processor;
};

static void hit(atomic_int* ball) {
    atomic_store(ball, 1);
    syscall(SYS_futex, ball, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void await_ball(atomic_int* ball) {
    while (atomic_exchange(ball, 0) == 0) {
        syscall(SYS_futex, ball, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    }
}

static void play(void* cookie) {
    struct player* player = cookie;

    pin_to(player->processor);
    if (player->span != NULL) {
        span_begin(player->span, 16);
        hit(player->other);
    }
    while (!atomic_load(player->over)) {
        await_ball(player->own);
        if (player->span != NULL && span_over(player->span)) {
            atomic_store(player->over, 1);
        }
        hit(player->other);
    }
}

static double round_trips(int first_processor, int second_processor) {
    _Alignas(128) atomic_int first = 0;
    _Alignas(128) atomic_int second = 0;
    atomic_int over = 0;
    struct span span;
    struct player players[2] = {
        {&first, &second, &span, &over, first_processor},
        {&second, &first, NULL, &over, second_processor},
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

const struct bench_case futex_floor_cases[] = {
    {"floor-pingpong-1cpu-futex", "trips/s", one_processor},
    {"floor-pingpong-2cpu-futex", "trips/s", two_processors},
    {0},
};
