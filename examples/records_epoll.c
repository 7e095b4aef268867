// Reads records with an edge-triggered epoll(7), knowing nothing of Tocsin: from a path that
// `tocsin serve PATH` serves, or from a socket of `tocsin serve --socket PATH`. Copies them to
// standard output. An example.
//
//   records_epoll /tmp/records
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// A socket cannot be opened: open(2) fails with ENXIO then.
static int open_or_connect(const char* path) {
    const int file = open(path, O_RDONLY | O_NONBLOCK);
    if (file >= 0 || errno != ENXIO) {
        return file;
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    const int connection = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(connection, (struct sockaddr*)&address, sizeof address) != 0) {
        return -1;
    }
    fcntl(connection, F_SETFL, O_NONBLOCK);
    return connection;
}

// Reads all there is, as one has to after an edge. 1: go on waiting; 0: the end; -1: an error.
static int copy_until_empty(int records) {
    static char space[65536];
    for (;;) {
        const ssize_t size = read(records, space, sizeof space);
        if (size <= 0) {
            return size == 0 ? 0 : errno == EAGAIN ? 1 : -1;
        }
        fwrite(space, 1, (size_t)size, stdout);
    }
}

int main(int count, char** arguments) {
    const int records = count == 2 ? open_or_connect(arguments[1]) : -1;
    const int epoll = epoll_create1(0);
    struct epoll_event interest = {.events = EPOLLIN | EPOLLET};
    if (records < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, records, &interest) != 0) {
        perror(count == 2 ? arguments[1] : "usage: records_epoll PATH");
        return 1;
    }
    unsigned long woken = 0;
    int more = 1;
    while (more > 0) {
        struct epoll_event event;
        if (epoll_wait(epoll, &event, 1, -1) < 0) {
            perror("epoll_wait");
            return 1;
        }
        ++woken;
        more = copy_until_empty(records);
    }
    if (more < 0) {
        perror(arguments[1]);
        return 1;
    }
    fprintf(stderr, "woken %lu times\n", woken);
    return fflush(stdout) == 0 ? 0 : 1;
}
