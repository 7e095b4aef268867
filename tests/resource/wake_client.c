// An unmodified program that waits in every way Linux knows. For tests.
//
//   wake_client PATH WAY COUNT
//
// It asks for one message at a time by writing a byte, waits for it in the given way, and reads
// until there is nothing left. It prints how often it was woken for input, how many messages it
// read, and how many of them were out of order.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

static const int patience_ms = 20000;

static int file;
static int set = -1;
static int one_shot;

static void fail(const char* what) {
    fprintf(stderr, "wake_client: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int wait_with_poll(void) {
    struct pollfd entry = {.fd = file, .events = POLLIN};
    return poll(&entry, 1, patience_ms) == 1 && (entry.revents & POLLIN) != 0;
}

static int wait_with_select(void) {
    struct timeval patience = {.tv_sec = patience_ms / 1000};
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(file, &readable);
    return select(file + 1, &readable, NULL, NULL, &patience) == 1;
}

static int wait_with_epoll(void) {
    struct epoll_event event;
    do {
        if (epoll_wait(set, &event, 1, patience_ms) != 1) {
            return 0;
        }
    } while ((event.events & EPOLLIN) == 0);
    if (one_shot) {
        struct epoll_event again = {.events = EPOLLIN | EPOLLONESHOT};
        if (epoll_ctl(set, EPOLL_CTL_MOD, file, &again) != 0) {
            fail("epoll_ctl");
        }
    }
    return 1;
}

static int wait_by_reading(void) {
    return 1;
}

static void open_set(unsigned events) {
    struct epoll_event event = {.events = events};
    set = epoll_create1(EPOLL_CLOEXEC);
    if (set < 0 || epoll_ctl(set, EPOLL_CTL_ADD, file, &event) != 0) {
        fail("epoll");
    }
}

typedef int (*Wait)(void);

static Wait choose(const char* way) {
    if (strcmp(way, "poll") == 0) {
        return wait_with_poll;
    }
    if (strcmp(way, "select") == 0) {
        return wait_with_select;
    }
    if (strcmp(way, "read") == 0) {
        fcntl(file, F_SETFL, fcntl(file, F_GETFL) & ~O_NONBLOCK);
        return wait_by_reading;
    }
    one_shot = strcmp(way, "epoll-one-shot") == 0;
    open_set(one_shot                              ? EPOLLIN | EPOLLONESHOT
             : strcmp(way, "epoll-edge") == 0      ? EPOLLIN | EPOLLET
             : strcmp(way, "epoll-edge-both") == 0 ? EPOLLIN | EPOLLOUT | EPOLLET
                                                   : EPOLLIN);
    return wait_with_epoll;
}

int main(int count, char** arguments) {
    if (count != 4) {
        return 2;
    }
    file = open(arguments[1], O_RDWR | O_NONBLOCK);
    if (file < 0) {
        fail(arguments[1]);
    }
    const Wait wait = choose(arguments[2]);
    const long wanted = atol(arguments[3]);
    long woken = 0, messages = 0, disordered = 0;
    for (long asked = 0; asked < wanted; ++asked) {
        if (write(file, "?", 1) != 1) {
            fail("write");
        }
        for (long before = messages; messages == before;) {
            if (!wait()) {
                fail("waited in vain");
            }
            ++woken;
            char text[32];
            ssize_t length = 0;
            do {
                length = read(file, text, sizeof text - 1);
                if (length > 0) {
                    text[length] = '\0';
                    ++messages;
                    disordered += atol(text) != messages;
                }
            } while (length > 0 && wait != wait_by_reading);
            if (length < 0 && errno != EAGAIN) {
                fail("read");
            }
        }
    }
    printf("woken %ld messages %ld disordered %ld\n", woken, messages, disordered);
    return 0;
}
