// Reads records with select(2), knowing nothing of Tocsin: from a path that `tocsin serve PATH`
// serves, or from a socket of `tocsin serve --socket PATH`. Copies them to standard output. An
// example.
//
//   records_select /tmp/records
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// A socket cannot be opened: open(2) fails with ENXIO then.
static int open_or_connect(const char* path) {
    const int file = open(path, O_RDONLY);
    if (file >= 0 || errno != ENXIO) {
        return file;
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    const int connection = socket(AF_UNIX, SOCK_STREAM, 0);
    return connect(connection, (struct sockaddr*)&address, sizeof address) == 0 ? connection : -1;
}

int main(int count, char** arguments) {
    static char space[65536];
    const int records = count == 2 ? open_or_connect(arguments[1]) : -1;
    if (records < 0) {
        perror(count == 2 ? arguments[1] : "usage: records_select PATH");
        return 1;
    }
    unsigned long woken = 0;
    for (;;) {
        fd_set wanted;
        FD_ZERO(&wanted);
        FD_SET(records, &wanted);
        if (select(records + 1, &wanted, NULL, NULL, NULL) < 0) {
            perror("select");
            return 1;
        }
        ++woken;
        const ssize_t size = read(records, space, sizeof space);
        if (size < 0) {
            perror(arguments[1]);
            return 1;
        }
        if (size == 0) {
            break;
        }
        fwrite(space, 1, (size_t)size, stdout);
    }
    fprintf(stderr, "woken %lu times\n", woken);
    return fflush(stdout) == 0 ? 0 : 1;
}
