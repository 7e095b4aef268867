// Clients of a QNX manager's path that come, wait, and are killed where they stand. Started by
// chaos.
//
//     chaos_client storm PATH COUNT SEED   COUNT clients, one after the other, many at a time
//     chaos_client wait PATH KIND          one client; says "waits", and ends when its wait does
//     chaos_client echo PATH ROUNDS        writes and is told, ROUNDS times; prints each time in ns
#define _GNU_SOURCE

#include <sys/neutrino.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/iomsg.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { alive_max = 32, pulse_code = 7 };

static void die(const char* what) {
    perror(what);
    exit(1);
}

// A pulse to a channel of this process for each thing that comes to the path.
struct Told {
    int channel;
    struct sigevent event;
};

static struct Told make_told(void) {
    struct Told told;
    told.channel = ChannelCreate(_NTO_CHF_COID_DISCONNECT);
    const int connection = ConnectAttach(0, 0, told.channel, _NTO_SIDE_CHANNEL, 0);
    if (told.channel == -1 || connection == -1) {
        die("channel");
    }
    SIGEV_PULSE_INIT(&told.event, connection, SIGEV_PULSE_PRIO_INHERIT, pulse_code, 0);
    if (MsgRegisterEvent(&told.event, -1) == -1) {
        die("MsgRegisterEvent");
    }
    return told;
}

// Negative when the manager is gone.
static int wait_for_pulse(const struct Told* told) {
    struct _pulse pulse;
    const int got = MsgReceivePulse(told->channel, &pulse, sizeof pulse, NULL);
    if (got == 0 && pulse.code == _PULSE_CODE_COIDDEATH) {
        errno = EIO;
        return -1;
    }
    return got;
}

static void say_once(int where) {
    static int done;
    if (!done && where >= 0 && write(where, "waits\n", 6) != 6) {
        die("write");
    }
    done = 1;
}

// Each kind waits in its own way until there is something, or the manager is gone: negative then.
static int wait_once(int device, const char* kind, const struct Told* told, int said) {
    char item[64];
    if (strcmp(kind, "native") == 0) {
        const int met = ionotify(device, _NOTIFY_ACTION_POLLARM, _NOTIFY_COND_INPUT, &told->event);
        if (met < 0) {
            return -1;
        }
        say_once(said);
        return met == 0 ? wait_for_pulse(told) : (int)read(device, item, sizeof item);
    }
    say_once(said);
    struct pollfd waits = {.fd = device, .events = POLLIN, .revents = 0};
    if (poll(&waits, 1, -1) < 0 || (waits.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) {
        errno = EIO;
        return -1;
    }
    return (int)read(device, item, sizeof item);
}

static int client(const char* path, const char* kind, int said) {
    const int device = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (device < 0) {
        die(path);
    }
    const struct Told told = make_told();
    while (wait_once(device, kind, &told, said) >= 0 || errno == EAGAIN) {
    }
    return 0;
}

// Returns when the client waits, if it is awaited, else at once.
static pid_t start_client(const char* path, const char* kind, int awaited) {
    int said[2] = {-1, -1};
    char text[6];
    if (awaited && pipe2(said, O_CLOEXEC) != 0) {
        die("pipe2");
    }
    const pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(client(path, kind, said[1]));
    }
    if (awaited) {
        close(said[1]);
        if (read(said[0], text, sizeof text) != sizeof text) {
            die("a client that is to wait");
        }
        close(said[0]);
    }
    return child;
}

static void end_client(pid_t one) {
    int status = 0;
    kill(one, SIGKILL);
    while (waitpid(one, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
        fprintf(stderr, "a client ended by itself, with status %d\n", status);
        exit(1);
    }
}

// Some are killed before they wait, and some are told of something just then.
static int storm(const char* path, int count, unsigned seed) {
    pid_t alive[alive_max] = {0};
    const int device = open(path, O_WRONLY | O_CLOEXEC);
    if (device < 0) {
        die(path);
    }
    srand(seed);
    for (int number = 0; number < count; ++number) {
        const int place = rand() % alive_max;
        if (alive[place] != 0) {
            end_client(alive[place]);
        }
        alive[place] = start_client(path, rand() % 2 == 0 ? "native" : "poll", rand() % 4 != 0);
        if (rand() % 3 == 0 && write(device, "item", 4) != 4) {
            die("write");
        }
    }
    for (int place = 0; place < alive_max; ++place) {
        if (alive[place] != 0) {
            end_client(alive[place]);
        }
    }
    return 0;
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int echo(const char* path, int rounds) {
    const int device = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (device < 0) {
        die(path);
    }
    const struct Told told = make_told();
    for (int round = 0; round < rounds; ++round) {
        const long long begin = now();
        const int met = ionotify(device, _NOTIFY_ACTION_POLLARM, _NOTIFY_COND_INPUT, &told.event);
        if (met < 0 || write(device, "item", 4) != 4) {
            die("arm and write");
        }
        if (met == 0 && wait_for_pulse(&told) < 0) {
            die("pulse");
        }
        char item[64];
        while (read(device, item, sizeof item) > 0) {
        }
        printf("%lld\n", now() - begin);
    }
    return 0;
}

int main(int argument_count, char** arguments) {
    if (argument_count == 5 && strcmp(arguments[1], "storm") == 0) {
        return storm(arguments[2], atoi(arguments[3]), (unsigned)atoi(arguments[4]));
    }
    if (argument_count == 4 && strcmp(arguments[1], "wait") == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        return client(arguments[2], arguments[3], 1);
    }
    if (argument_count == 4 && strcmp(arguments[1], "echo") == 0) {
        return echo(arguments[2], atoi(arguments[3]));
    }
    fputs("usage: chaos_client storm PATH COUNT SEED | wait PATH KIND | echo PATH ROUNDS\n",
          stderr);
    return 2;
}
