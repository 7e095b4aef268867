// Runs promises, each in a process of its own. For tests/ivykis.
//
// usage: PROGRAM [--stock] [--list] [NAME...]
//
// Runs all promises, or those named; with --stock not those that only our library keeps. Ends with
// exit code 0 when all were kept.
#include "promise.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { seconds_max = 30, seconds_max_of_body = 10 };

static struct promise* first;
static struct promise** end = &first;

void promise_add(struct promise* promise) {
    *end = promise;
    end = &promise->next;
}

void promise_broken(const char* file, int line, const char* text) {
    fprintf(stderr, "%s:%d: not kept: %s\n", file, line, text);
    fflush(stderr);
    _exit(1);
}

void promise_same(const char* file, int line, const char* text, long long left, long long right) {
    if (left != right) {
        fprintf(stderr, "%s:%d: not kept: %s: %lld and %lld\n", file, line, text, left, right);
        fflush(stderr);
        _exit(1);
    }
}

long long promise_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

// The wait status of `child`, which is killed after `seconds`. SIGCHLD is blocked.
static int await(pid_t child, int seconds) {
    long long deadline = promise_now() + seconds * 1000000000LL;
    int status;

    while (waitpid(child, &status, WNOHANG) == 0) {
        struct timespec moment = {.tv_sec = 0, .tv_nsec = 100 * 1000000};
        sigset_t set;

        sigemptyset(&set);
        sigaddset(&set, SIGCHLD);
        if (sigtimedwait(&set, NULL, &moment) < 0 && promise_now() > deadline) {
            kill(child, SIGKILL);
        }
    }
    return status;
}

static sigset_t block_sigchld(void) {
    sigset_t set, before;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, &before);
    return before;
}

int promise_status_of(void (*body)(void), char* text, size_t size) {
    FILE* said = tmpfile();
    sigset_t before = block_sigchld();
    pid_t child = fork();
    int status;

    if (child == 0) {
        struct rlimit none = {0, 0};

        setrlimit(RLIMIT_CORE, &none);
        sigprocmask(SIG_SETMASK, &before, NULL);
        if (text != NULL) {
            dup2(fileno(said), STDERR_FILENO);
        } else {
            dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
        }
        body();
        exit(0);
    }
    status = await(child, seconds_max_of_body);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (text != NULL) {
        rewind(said);
        text[fread(text, 1, size - 1, said)] = '\0';
    }
    fclose(said);
    return status;
}

int promise_aborts(void (*body)(void)) {
    int status = promise_status_of(body, NULL, 0);

    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

int promise_open_descriptors(void) {
    DIR* folder = opendir("/proc/self/fd");
    int count = -3;  // the folder's own, "." and ".."

    while (readdir(folder) != NULL) {
        count++;
    }
    closedir(folder);
    return count;
}

// The highest number of an open descriptor; that of the folder read here does not count.
static int highest_descriptor(void) {
    DIR* folder = opendir("/proc/self/fd");
    int highest = -1;
    struct dirent* entry;

    while ((entry = readdir(folder)) != NULL) {
        int number = atoi(entry->d_name);

        if (number > highest && number != dirfd(folder)) {
            highest = number;
        }
    }
    closedir(folder);
    return highest;
}

static struct rlimit many;

void promise_few_descriptors(int left) {
    int highest = highest_descriptor();
    struct rlimit few;

    getrlimit(RLIMIT_NOFILE, &many);
    few = many;
    few.rlim_cur = (rlim_t)(highest + 1 + left);
    // Below the highest number nothing is left free: dup() takes the lowest.
    for (int filler = dup(STDOUT_FILENO); filler >= 0; filler = dup(STDOUT_FILENO)) {
        if (filler > highest) {
            close(filler);
            break;
        }
    }
    setrlimit(RLIMIT_NOFILE, &few);
}

void promise_many_descriptors(void) {
    setrlimit(RLIMIT_NOFILE, &many);
}

static int keep(const struct promise* promise) {
    FILE* said = tmpfile();
    sigset_t before = block_sigchld();
    pid_t child = fork();
    int status;

    if (child == 0) {
        setpgid(0, 0);
        sigprocmask(SIG_SETMASK, &before, NULL);
        dup2(fileno(said), STDOUT_FILENO);
        dup2(fileno(said), STDERR_FILENO);
        fclose(said);
        promise->body();
        exit(0);
    }
    status = await(child, seconds_max);
    kill(-child, SIGKILL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    printf("%s %s", status == 0 ? "kept  " : "BROKEN", promise->name);
    if (WIFSIGNALED(status)) {
        printf(" (ended by signal %d)", WTERMSIG(status));
    }
    printf("\n");
    if (status != 0) {
        char text[4096];
        size_t size;

        rewind(said);
        while ((size = fread(text, 1, sizeof text, said)) > 0) {
            fwrite(text, 1, size, stdout);
        }
    }
    fclose(said);
    return status == 0;
}

static int named(const struct promise* promise, int count, char** names) {
    int found = count == 0;

    for (int index = 0; index < count; index++) {
        found = found || strcmp(promise->name, names[index]) == 0;
    }
    return found;
}

int main(int argc, char** argv) {
    int stock = 0, list = 0, broken = 0, count = 0;

    for (argv++, argc--; argc > 0 && strncmp(*argv, "--", 2) == 0; argv++, argc--) {
        stock = stock || strcmp(*argv, "--stock") == 0;
        list = list || strcmp(*argv, "--list") == 0;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (const struct promise* promise = first; promise != NULL; promise = promise->next) {
        if (!named(promise, argc, argv) || (stock && promise->only_ours)) {
            continue;
        }
        count++;
        if (list) {
            printf("%s\n", promise->name);
        } else if (!keep(promise)) {
            broken++;
        }
    }
    printf("%d promises, %d broken\n", count, broken);
    return (count == 0 && !stock) || broken > 0;
}
