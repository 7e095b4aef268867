// Sends numbered syslog lines over many connections, flat out or paced; started by the tests here.
//
// usage: sender tcp|udp PORT | unix|file PATH
//   --lines N         in all; line n goes over connection n modulo the connections (default 1000)
//   --connections N   (default 1)
//   --first N         the number of the first connection (default 0)
//   --rate N          lines a second, each in a write of its own; 0: flat out (default)
//   --hold            goes on behind the last line until standard input ends
//   --fault KIND      swap, lose, repeat or damage one line, to see a test fail
//
// Prints the number of each connection and how many lines went over it.
#define _GNU_SOURCE
#include "numbered_line.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    lines_of_chunk = 600,
    lines_of_turn = 1200,
    connections_max = 1000,
    lines_between_looks = 32,
    received_bytes_max = 128 * 1024
};

struct connection {
    int file;
    unsigned id;
    uint64_t lines;  // that have been put into the buffer, now or before
    uint64_t lines_end;
    size_t begin, end;  // of what is to be sent, in the buffer
    char* buffer;
};

static struct {
    const char *kind, *where, *fault;
    uint64_t lines, rate;
    unsigned connections, first;
    bool hold;
} options = {.lines = 1000, .connections = 1, .fault = ""};

static struct connection connections[connections_max];
static struct pollfd waiting[connections_max + 1];
static uint64_t began_ns;
static uint64_t lines_added;
static uint64_t bytes_sent;
static unsigned port;

__attribute__((format(printf, 1, 2))) static void give_up(const char* format, ...) {
    va_list arguments;
    fprintf(stderr, "sender: ");
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
    exit(1);
}

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static bool is_datagram(void) {
    return strcmp(options.kind, "udp") == 0 || strcmp(options.kind, "unix") == 0;
}

// Of the line that a fault befalls.
static uint64_t faulty_line(void) {
    return options.lines / options.connections / 2;
}

static bool has_fault(const struct connection* to, uint64_t line, const char* fault) {
    return to == connections && line == faulty_line() && strcmp(options.fault, fault) == 0;
}

static uint64_t number_of(const struct connection* to, uint64_t line) {
    if (has_fault(to, line, "swap")) {
        return line + 1;
    }
    if (line > 0 && (has_fault(to, line - 1, "swap") || has_fault(to, line - 1, "repeat"))) {
        return line - 1;
    }
    return line;
}

static void add_line(struct connection* to) {
    uint64_t line = to->lines++;
    char* at = to->buffer + to->end;
    lines_added++;
    if (has_fault(to, line, "lose")) {
        return;
    }
    put_line(at, to->id, number_of(to, line));
    if (has_fault(to, line, "damage")) {
        at[padding_at] = '?';
    }
    to->end += is_datagram() ? line_size - 1 : line_size;
}

static bool is_empty(const struct connection* of) {
    return of->begin == of->end;
}

// Sends what the buffer holds; false when the other side has to read first.
static bool flush(struct connection* of) {
    while (!is_empty(of)) {
        ssize_t size = write(of->file, of->buffer + of->begin, of->end - of->begin);
        if (size < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
            return false;
        }
        if (size < 0) {
            give_up("connection %u: %s", of->id, strerror(errno));
        }
        of->begin += (size_t)size;
        bytes_sent += (size_t)size;
    }
    of->begin = of->end = 0;
    return true;
}

static void open_file(struct connection* to) {
    to->file = open(options.where, O_WRONLY | O_APPEND | O_NONBLOCK);
    if (to->file < 0) {
        give_up("%s: %s", options.where, strerror(errno));
    }
}

static void connect_to(struct connection* to, int family, const void* address, socklen_t size) {
    int yes = 1;
    to->file = socket(family, is_datagram() ? SOCK_DGRAM : SOCK_STREAM, 0);
    if (to->file < 0 || connect(to->file, address, size) != 0) {
        give_up("%s %s: %s", options.kind, options.where, strerror(errno));
    }
    if (strcmp(options.kind, "tcp") == 0) {
        setsockopt(to->file, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }
    fcntl(to->file, F_SETFL, O_NONBLOCK);
}

static void open_connection(struct connection* to) {
    struct sockaddr_in inet = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    inet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (strcmp(options.kind, "file") == 0) {
        open_file(to);
    } else if (strcmp(options.kind, "unix") == 0) {
        snprintf(local.sun_path, sizeof local.sun_path, "%s", options.where);
        connect_to(to, AF_UNIX, &local, sizeof local);
    } else {
        connect_to(to, AF_INET, &inet, sizeof inet);
    }
}

static void open_connections(void) {
    unsigned n;
    for (n = 0; n < options.connections; n++) {
        struct connection* one = &connections[n];
        one->id = options.first + n;
        one->lines_end =
            options.lines / options.connections + (n < options.lines % options.connections);
        one->buffer = malloc(line_size * lines_of_chunk);
        if (!one->buffer) {
            give_up("no memory");
        }
        open_connection(one);
    }
}

// How much the receiver of UDP has not read yet.
static unsigned long received_bytes(void) {
    char line[512], address[32], place[32];
    unsigned long bytes = 0;
    FILE* table = fopen("/proc/net/udp", "r");
    if (!table) {
        give_up("/proc/net/udp: %s", strerror(errno));
    }
    snprintf(address, sizeof address, "%08X:%04X", htonl(INADDR_LOOPBACK), port);
    while (fgets(line, sizeof line, table)) {
        unsigned long found = 0;
        if (sscanf(line, " %*d: %31s %*s %*x %*x:%lx", place, &found) == 2 &&
            strcmp(place, address) == 0) {
            bytes = found;
        }
    }
    fclose(table);
    return bytes;
}

// Only UDP drops what its receiver has no room for.
static bool has_room(void) {
    return strcmp(options.kind, "udp") != 0 || lines_added % lines_between_looks != 0 ||
           received_bytes() < received_bytes_max;
}

static bool has_more(const struct connection* of) {
    return options.hold || of->lines < of->lines_end;
}

static unsigned lines_until_full(const struct connection* of) {
    uint64_t left = of->lines_end - of->lines;
    unsigned most = is_datagram() ? 1 : lines_of_chunk;
    return options.hold || left > most ? most : (unsigned)left;
}

// Adds lines until the other side has to read or others are to have a turn.
static void send_flat_out(struct connection* over) {
    unsigned lines = 0;
    while (has_more(over) && lines < lines_of_turn && is_empty(over) && has_room()) {
        unsigned n, count = lines_until_full(over);
        for (n = 0; n < count; n++) {
            add_line(over);
        }
        flush(over);
        lines += count;
    }
}

static uint64_t due_ns(uint64_t line) {
    return began_ns + line * 1000000000 / options.rate;
}

static void send_what_is_due(void) {
    uint64_t end = lines_added + lines_of_turn;
    while (lines_added < end && due_ns(lines_added) <= now_ns() && has_room()) {
        struct connection* over = &connections[lines_added % options.connections];
        if (!has_more(over) || !is_empty(over)) {
            return;
        }
        add_line(over);
        flush(over);
    }
}

static void end_hold(void) {
    char byte;
    if (read(STDIN_FILENO, &byte, 1) <= 0) {
        options.hold = false;
    }
}

// The time until the next line is due; a while where that is not what is waited for.
static struct timespec time_to_wait(void) {
    uint64_t now = now_ns(), wait = 1000000;
    if (options.rate && due_ns(lines_added) > now) {
        wait = due_ns(lines_added) - now;
    }
    return (struct timespec){(time_t)(wait / 1000000000), (long)(wait % 1000000000)};
}

static void wait_for_work(void) {
    unsigned n, count = 0;
    struct timespec timeout = time_to_wait();
    for (n = 0; n < options.connections; n++) {
        if (!is_empty(&connections[n])) {
            waiting[count++] = (struct pollfd){connections[n].file, POLLOUT, 0};
        }
    }
    if (options.hold) {
        waiting[count++] = (struct pollfd){STDIN_FILENO, POLLIN, 0};
    }
    ppoll(waiting, count, &timeout, NULL);
    if (options.hold && waiting[count - 1].revents) {
        end_hold();
    }
}

static bool is_over(void) {
    unsigned n;
    for (n = 0; n < options.connections; n++) {
        if (has_more(&connections[n]) || !is_empty(&connections[n])) {
            return false;
        }
    }
    return true;
}

static void send_round(void) {
    unsigned n;
    for (n = 0; n < options.connections; n++) {
        flush(&connections[n]);
        if (!options.rate) {
            send_flat_out(&connections[n]);
        }
    }
    if (options.rate) {
        send_what_is_due();
    }
}

static void send_all(void) {
    began_ns = now_ns();
    while (!is_over()) {
        uint64_t before = bytes_sent;
        send_round();
        if (options.rate || bytes_sent == before) {
            wait_for_work();
        }
    }
}

static void report(void) {
    unsigned n;
    for (n = 0; n < options.connections; n++) {
        close(connections[n].file);
        printf("%u %" PRIu64 "\n", connections[n].id, connections[n].lines);
    }
}

static bool take_option(int letter) {
    uint64_t number = optarg ? strtoull(optarg, NULL, 10) : 0;
    switch (letter) {
    case 'l':
        return (options.lines = number) > 0;
    case 'c':
        options.connections = (unsigned)number;
        return number > 0 && number <= connections_max;
    case 'n':
        options.first = (unsigned)number;
        return true;
    case 'r':
        options.rate = number;
        return true;
    case 'h':
        return options.hold = true;
    case 'f':
        options.fault = optarg;
        return true;
    default:
        return false;
    }
}

static void read_options(int count, char** arguments) {
    static const struct option known[] = {
        {"lines", required_argument, NULL, 'l'},
        {"connections", required_argument, NULL, 'c'},
        {"first", required_argument, NULL, 'n'},
        {"rate", required_argument, NULL, 'r'},
        {"hold", no_argument, NULL, 'h'},
        {"fault", required_argument, NULL, 'f'},
        {NULL, 0, NULL, 0},
    };
    int letter;
    bool good = true;
    while ((letter = getopt_long(count, arguments, "", known, NULL)) != -1) {
        good = take_option(letter) && good;
    }
    if (!good || optind + 2 != count) {
        give_up("bad arguments; its first comment tells which there are");
    }
    options.kind = arguments[optind];
    options.where = arguments[optind + 1];
    port = (unsigned)strtoul(options.where, NULL, 10);
}

int main(int count, char** arguments) {
    signal(SIGPIPE, SIG_IGN);
    read_options(count, arguments);
    open_connections();
    send_all();
    report();
    return 0;
}
