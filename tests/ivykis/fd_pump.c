// Promises of iv_fd_pump: what it asks for, what it answers, and what it leaves. For tests/ivykis.
#include "promise.h"

#include "loop_time.h"

#include <fcntl.h>
#include <iv_fd_pump.h>

static int from[2], to[2];  // each a pair of sockets; the pump joins from[0] and to[0]
static struct iv_fd_pump pump;
static int calls, pollin, pollout;

static void note_bands(void* cookie, int in, int out) {
    KEEP(cookie == &calls);
    calls++;
    pollin = in;
    pollout = out;
}

static void prepare(unsigned flags) {
    FILL(pump);
    IV_FD_PUMP_INIT(&pump);
    pump.from_fd = from[0];
    pump.to_fd = to[0];
    pump.cookie = &calls;
    pump.set_bands = note_bands;
    pump.flags = flags;
    pollin = pollout = -1;
    calls = 0;
}

static void start(unsigned flags) {
    SAME(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, from), 0);
    SAME(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, to), 0);
    prepare(flags);
    iv_fd_pump_init(&pump);
}

static void bands_are(int in, int out) {
    KEEP(calls > 0);
    SAME(!!pollin, in);
    SAME(!!pollout, out);
}

// Fills the source, the buffer and the destination; gives back how many bytes that took.
static size_t fill_up(void) {
    static char bytes[100000];
    size_t total = 0;

    do {
        ssize_t written = write(from[1], bytes, sizeof bytes);

        total += written > 0 ? (size_t)written : 0;
        SAME(iv_fd_pump_pump(&pump), 1);
    } while (pollin);
    return total;
}

// Takes all that arrives, as long as pumping brings more.
static size_t drain(void) {
    static char bytes[100000];
    size_t total = 0;
    ssize_t got = 1;

    while (got > 0) {
        got = read(to[1], bytes, sizeof bytes);
        total += got > 0 ? (size_t)got : 0;
        if (got < 0 && !iv_fd_pump_is_done(&pump)) {
            KEEP(iv_fd_pump_pump(&pump) >= 0);
            got = read(to[1], bytes, sizeof bytes);
            total += got > 0 ? (size_t)got : 0;
        }
    }
    return total;
}

PROMISE(a_new_pump_waits_for_input) {
    iv_init();
    start(0);
    SAME(calls, 1);
    bands_are(1, 0);
    iv_fd_pump_destroy(&pump);
    iv_deinit();
}

PROMISE(bytes_are_moved_and_more_is_waited_for) {
    char text[10];

    iv_init();
    start(0);
    SAME(iv_fd_pump_pump(&pump), 1);  // nothing there yet
    bands_are(1, 0);
    SAME(write(from[1], "hello", 5), 5);
    SAME(iv_fd_pump_pump(&pump), 1);
    bands_are(1, 0);
    SAME(iv_fd_pump_is_done(&pump), 0);
    SAME(read(to[1], text, sizeof text), 5);
    KEEP(memcmp(text, "hello", 5) == 0);
    iv_fd_pump_destroy(&pump);
    iv_deinit();
}

PROMISE(the_end_of_the_input_ends_the_pump) {
    char text[10];

    iv_init();
    start(0);
    SAME(write(from[1], "hello", 5), 5);
    shutdown(from[1], SHUT_WR);
    while (iv_fd_pump_pump(&pump) == 1) {
        SAME(iv_fd_pump_is_done(&pump), 0);
    }
    KEEP(iv_fd_pump_is_done(&pump));
    bands_are(0, 0);
    SAME(read(to[1], text, sizeof text), 5);
    SAME(iv_fd_pump_pump(&pump), 0);
    calls = 0;
    iv_fd_pump_destroy(&pump);
    SAME(calls, 0);
    iv_deinit();
}

PROMISE(a_pump_that_is_destroyed_before_its_end_waits_for_nothing) {
    iv_init();
    start(0);
    calls = 0;
    iv_fd_pump_destroy(&pump);
    SAME(calls, 1);
    bands_are(0, 0);
    iv_deinit();
}

PROMISE(a_full_destination_is_waited_for_and_a_full_buffer_takes_no_input) {
    size_t total;

    iv_init();
    start(0);
    total = fill_up();
    bands_are(0, 1);
    SAME(iv_fd_pump_pump(&pump), 1);
    bands_are(0, 1);
    KEEP(drain() == total);
    bands_are(1, 0);
    iv_fd_pump_destroy(&pump);
    iv_deinit();
}

// What is in the buffer is still written after the end of the input was seen.
PROMISE(a_pump_is_not_done_before_its_buffer_is_empty) {
    size_t total;

    iv_init();
    start(IV_FD_PUMP_FLAG_RELAY_EOF);
    total = fill_up();
    shutdown(from[1], SHUT_WR);
    SAME(iv_fd_pump_pump(&pump), 1);
    SAME(iv_fd_pump_is_done(&pump), 0);
    bands_are(0, 1);
    KEEP(drain() == total);
    KEEP(iv_fd_pump_is_done(&pump));
    bands_are(0, 0);
    iv_fd_pump_destroy(&pump);
    iv_deinit();
}

// Whether the other side has been told that nothing more comes; it has read all that did.
static int output_has_ended(void) {
    char byte;
    ssize_t got = read(to[1], &byte, 1);

    KEEP(got == 0 || (got == -1 && errno == EAGAIN));
    return got == 0;
}

PROMISE(the_end_is_relayed_after_the_last_byte_where_that_is_asked_for) {
    size_t total;

    iv_init();
    start(IV_FD_PUMP_FLAG_RELAY_EOF);
    total = fill_up();
    KEEP(drain() == total);
    KEEP(!output_has_ended());
    SAME(write(from[1], "x", 1), 1);
    shutdown(from[1], SHUT_WR);
    KEEP(drain() == 1);
    KEEP(iv_fd_pump_is_done(&pump));
    KEEP(output_has_ended());
    // Only that direction is closed.
    SAME(write(to[1], "x", 1), 1);
    iv_fd_pump_destroy(&pump);
    iv_deinit();
}

PROMISE(the_end_is_not_relayed_otherwise) {
    iv_init();
    start(0);
    shutdown(from[1], SHUT_WR);
    KEEP(drain() == 0);
    KEEP(iv_fd_pump_is_done(&pump));
    KEEP(!output_has_ended());
    iv_fd_pump_destroy(&pump);
    KEEP(!output_has_ended());
    iv_deinit();
}

PROMISE(an_input_that_fails_is_an_error_without_other_bands) {
    iv_init();
    start(0);
    close(from[0]);
    calls = 0;
    errno = 0;
    SAME(iv_fd_pump_pump(&pump), -1);
    SAME(errno, EBADF);
    SAME(calls, 0);
    SAME(iv_fd_pump_is_done(&pump), 0);
    iv_fd_pump_destroy(&pump);
    bands_are(0, 0);
    iv_deinit();
}

PROMISE(an_output_that_fails_is_an_error_without_other_bands) {
    iv_init();
    start(0);
    SAME(write(from[1], "hello", 5), 5);
    close(to[1]);
    calls = 0;
    errno = 0;
    SAME(iv_fd_pump_pump(&pump), -1);
    SAME(errno, EPIPE);
    SAME(calls, 0);
    iv_fd_pump_destroy(&pump);
    bands_are(0, 0);
    iv_deinit();
}

PROMISE(the_modes_of_the_descriptors_are_left_alone) {
    int reading, writing;

    iv_init();
    SAME(pipe(from), 0);
    SAME(pipe(to), 0);
    to[0] = to[1];
    prepare(0);
    reading = fcntl(from[0], F_GETFL);
    writing = fcntl(to[0], F_GETFL);
    iv_fd_pump_init(&pump);
    SAME(write(from[1], "hello", 5), 5);
    SAME(iv_fd_pump_pump(&pump), 1);
    SAME(fcntl(from[0], F_GETFL), reading);
    SAME(fcntl(to[0], F_GETFL), writing);
    SAME(fcntl(from[0], F_GETFD), 0);
    SAME(fcntl(to[0], F_GETFD), 0);
    iv_fd_pump_destroy(&pump);
    iv_deinit();
}

PROMISE(a_pump_does_not_hold_the_loop) {
    iv_init();
    start(0);
    SAME(write(from[1], "hello", 5), 5);
    iv_main();
    SAME(calls, 1);
    iv_fd_pump_destroy(&pump);
    iv_deinit();
}

// Buffers may be kept for the next pump; what the last one left in them may not.
PROMISE(what_a_destroyed_pump_did_not_write_never_appears) {
    char text[10];

    iv_init();
    for (int times = 0; times < 30; times++) {
        start(0);
        fill_up();
        iv_fd_pump_destroy(&pump);
        for (int side = 0; side < 2; side++) {
            close(from[side]);
            close(to[side]);
        }
        start(0);
        SAME(write(from[1], "hello", 5), 5);
        SAME(iv_fd_pump_pump(&pump), 1);
        SAME(read(to[1], text, sizeof text), 5);
        KEEP(memcmp(text, "hello", 5) == 0);
        iv_fd_pump_destroy(&pump);
    }
    iv_deinit();
}

PROMISE(at_most_forty_descriptors_are_kept_for_later_pumps) {
    enum { count = 30 };
    static struct iv_fd_pump pumps[count];
    int open_before, open_with_loop;

    open_before = promise_open_descriptors();
    iv_init();
    open_with_loop = promise_open_descriptors();
    prepare(0);
    for (int index = 0; index < count; index++) {
        pumps[index] = pump;
        iv_fd_pump_init(&pumps[index]);
    }
    for (int index = 0; index < count; index++) {
        iv_fd_pump_destroy(&pumps[index]);
    }
    KEEP(promise_open_descriptors() <= open_with_loop + 40);
    iv_deinit();
    SAME(promise_open_descriptors(), open_before);
}

static void move_without_descriptors(void) {
    char text[10];

    SAME(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, from), 0);
    SAME(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, to), 0);
    promise_few_descriptors(0);
    prepare(0);
    iv_fd_pump_init(&pump);
    SAME(write(from[1], "hello", 5), 5);
    SAME(iv_fd_pump_pump(&pump), 1);
    SAME(read(to[1], text, sizeof text), 5);
    promise_many_descriptors();
}

PROMISE(the_first_pump_needs_no_free_descriptor) {
    iv_init();
    move_without_descriptors();
    iv_fd_pump_destroy(&pump);
    iv_deinit();
}

PROMISE(a_later_pump_needs_no_free_descriptor) {
    iv_init();
    start(0);  // and keeps its buffer
    move_without_descriptors();
    iv_fd_pump_destroy(&pump);
    iv_deinit();
}
