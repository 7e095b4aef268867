// Promises of iv_fd_pump about what arrives: every byte, through a loop, between any two kinds of
// descriptors. For tests/ivykis.
#include "promise.h"

#include "loop_time.h"

#include <fcntl.h>
#include <iv_fd_pump.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

enum { bytes_count = 3000017 };

// Bytes whose order tells: no two places of the same small distance look alike.
static unsigned char byte_at(size_t place) {
    return (unsigned char)((place * 2654435761u) >> 13);
}

static void* feed(void* descriptor) {
    unsigned char bytes[10007];
    size_t place = 0;

    while (place < bytes_count) {
        size_t length = 0;

        while (length < sizeof bytes && place + length < bytes_count) {
            bytes[length] = byte_at(place + length);
            length++;
        }
        for (size_t done = 0; done < length;) {
            ssize_t written = write(*(int*)descriptor, bytes + done, length - done);

            KEEP(written > 0);
            done += (size_t)written;
        }
        place += length;
    }
    close(*(int*)descriptor);
    return NULL;
}

// Reads to the end and compares.
static void* taste(void* descriptor) {
    unsigned char bytes[7001];
    size_t place = 0;
    ssize_t got;

    while ((got = read(*(int*)descriptor, bytes, sizeof bytes)) > 0) {
        for (ssize_t index = 0; index < got; index++) {
            SAME(bytes[index], byte_at(place));
            place++;
        }
    }
    KEEP(got == 0);
    KEEP(place == bytes_count);
    return NULL;
}

struct relay {
    struct iv_fd_pump pump;
    struct iv_fd from;
    struct iv_fd to;
    int result;
};

static void pump_once(void* cookie) {
    struct relay* relay = cookie;

    relay->result = iv_fd_pump_pump(&relay->pump);
    if (relay->result <= 0) {
        iv_fd_unregister(&relay->from);
        iv_fd_unregister(&relay->to);
        iv_fd_pump_destroy(&relay->pump);
    }
}

static void set_bands(void* cookie, int in, int out) {
    struct relay* relay = cookie;

    if (iv_fd_registered(&relay->from)) {
        iv_fd_set_handler_in(&relay->from, in ? pump_once : NULL);
    }
    if (iv_fd_registered(&relay->to)) {
        iv_fd_set_handler_out(&relay->to, out ? pump_once : NULL);
    }
}

static void prepare(struct relay* relay, int from, int to, unsigned flags) {
    FILL(*relay);
    IV_FD_INIT(&relay->from);
    relay->from.fd = from;
    relay->from.cookie = relay;
    IV_FD_INIT(&relay->to);
    relay->to.fd = to;
    relay->to.cookie = relay;
    IV_FD_PUMP_INIT(&relay->pump);
    relay->pump.from_fd = from;
    relay->pump.to_fd = to;
    relay->pump.cookie = relay;
    relay->pump.set_bands = set_bands;
    relay->pump.flags = flags;
}

// From what the feeder writes into `input` to what the taster reads from `output`.
static void relay_all(int from, int input, int to, int output, unsigned flags) {
    struct relay relay;
    pthread_t feeder, taster;

    iv_init();
    prepare(&relay, from, to, flags);
    iv_fd_register(&relay.from);
    iv_fd_register(&relay.to);
    iv_fd_pump_init(&relay.pump);
    SAME(pthread_create(&feeder, NULL, feed, &input), 0);
    SAME(pthread_create(&taster, NULL, taste, &output), 0);
    iv_main();
    SAME(relay.result, 0);
    close(from);
    if (flags == 0) {
        close(to);  // otherwise the pump has told the end
    }
    pthread_join(feeder, NULL);
    pthread_join(taster, NULL);
    iv_deinit();
}

PROMISE(every_byte_goes_from_a_socket_to_a_socket) {
    int in[2], out[2];

    SAME(socketpair(AF_UNIX, SOCK_STREAM, 0, in), 0);
    SAME(socketpair(AF_UNIX, SOCK_STREAM, 0, out), 0);
    relay_all(in[0], in[1], out[0], out[1], IV_FD_PUMP_FLAG_RELAY_EOF);
}

PROMISE(every_byte_goes_from_a_pipe_to_a_pipe) {
    int in[2], out[2];

    SAME(pipe(in), 0);
    SAME(pipe(out), 0);
    relay_all(in[0], in[1], out[1], out[0], 0);
}

static void refuse_splice(void) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_splice, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};

    SAME(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    SAME(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
    SAME(syscall(SYS_splice, -1, NULL, -1, NULL, 0, 0), -1);
    SAME(errno, ENOSYS);
}

PROMISE(every_byte_is_copied_where_the_kernel_has_no_splice) {
    int in[2], out[2];

    refuse_splice();
    SAME(socketpair(AF_UNIX, SOCK_STREAM, 0, in), 0);
    SAME(socketpair(AF_UNIX, SOCK_STREAM, 0, out), 0);
    relay_all(in[0], in[1], out[0], out[1], IV_FD_PUMP_FLAG_RELAY_EOF);
}

static void ignore_bands(void* cookie, int in, int out) {
    (void)cookie;
    (void)in;
    (void)out;
}

// Files are always ready: without a loop.
static void pump_to_the_end(int from, int to) {
    struct relay relay;
    int result;

    prepare(&relay, from, to, 0);
    relay.pump.set_bands = ignore_bands;
    iv_fd_pump_init(&relay.pump);
    do {
        result = iv_fd_pump_pump(&relay.pump);
    } while (result == 1);
    SAME(result, 0);
    iv_fd_pump_destroy(&relay.pump);
}

// A file without a name that holds the bytes.
static int file_with_bytes(void) {
    FILE* file = tmpfile();
    int descriptor = dup(fileno(file)), to_feed = dup(descriptor);

    fclose(file);
    feed(&to_feed);
    lseek(descriptor, 0, SEEK_SET);
    return descriptor;
}

static int empty_file(int flags) {
    char path[] = "/tmp/fd_pump_XXXXXX";
    int created = mkstemp(path);
    int descriptor = open(path, O_RDWR | flags);

    close(created);
    unlink(path);
    KEEP(descriptor >= 0);
    return descriptor;
}

PROMISE(every_byte_goes_from_a_file_to_a_file) {
    int from = file_with_bytes(), to = empty_file(0);

    iv_init();
    pump_to_the_end(from, to);
    lseek(to, 0, SEEK_SET);
    taste(&to);
    iv_deinit();
}

// B14: splice refuses such files by EINVAL, and stock hands that on as an error.
BETTER(every_byte_goes_to_a_file_that_is_open_for_appending) {
    int from = file_with_bytes(), to = empty_file(O_APPEND);

    iv_init();
    pump_to_the_end(from, to);
    lseek(to, 0, SEEK_SET);
    taste(&to);
    iv_deinit();
}

// B14: and what is for one pump is not for the next: splice works there.
BETTER(a_pump_that_has_to_copy_leaves_the_others_as_they_are) {
    int in[2], out[2];
    int from = file_with_bytes(), to = empty_file(O_APPEND);

    iv_init();
    pump_to_the_end(from, to);
    iv_deinit();
    SAME(socketpair(AF_UNIX, SOCK_STREAM, 0, in), 0);
    SAME(socketpair(AF_UNIX, SOCK_STREAM, 0, out), 0);
    relay_all(in[0], in[1], out[0], out[1], IV_FD_PUMP_FLAG_RELAY_EOF);
}

// B14: the bytes that were in the pipe when the refusal came are not lost, nor is what follows.
BETTER(every_byte_goes_from_a_socket_to_a_file_that_is_open_for_appending) {
    int in[2], to = empty_file(O_APPEND);
    pthread_t feeder;

    iv_init();
    SAME(socketpair(AF_UNIX, SOCK_STREAM, 0, in), 0);
    SAME(pthread_create(&feeder, NULL, feed, &in[1]), 0);
    pump_to_the_end(in[0], to);
    pthread_join(feeder, NULL);
    lseek(to, 0, SEEK_SET);
    taste(&to);
    iv_deinit();
}
