// Prints what the libivykis that this program is run with costs, one line for each case: name,
// unit, value. Private to bench.
//
// usage: bench-ivykis [--list | --library | CASE...]
//
// Runs all cases, or those named, each in a process of its own. --list prints their names and
// units, --library the file that was loaded as libivykis.
#include "measure.h"

#include <dlfcn.h>
#include <iv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

// A case that loses a wake-up would wait for ever.
enum { case_seconds_max = 30 };

static const struct bench_case* const tables[] = {
    event_cases, ring_cases,   loop_cases,  timer_cases,       watch_cases,
    work_cases,  lookup_cases, floor_cases, futex_floor_cases,
};

static int print_library(void) {
    Dl_info info;
    void (*function)(void) = iv_init;
    void* address;

    memcpy(&address, &function, sizeof address);
    require(dladdr(address, &info) != 0, "dladdr");
    printf("%s\n", info.dli_fname);
    return 0;
}

static int run_case(const struct bench_case* one) {
    int status = 0;
    pid_t child = fork();

    require(child >= 0, "fork");
    if (child == 0) {
        alarm(case_seconds_max);
        printf("%s %s %.6g\n", one->name, one->unit, one->measure());
        fflush(stdout);
        _exit(0);
    }
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) {
        fprintf(stderr, "bench-ivykis: %s ended by signal %d\n", one->name, WTERMSIG(status));
    }
    return status == 0 ? 0 : 1;
}

static int named(const struct bench_case* one, int count, char** names) {
    int found = count == 0;

    for (int index = 0; index < count; index++) {
        found = found || strcmp(one->name, names[index]) == 0;
    }
    return found;
}

static int each_case(int count, char** names, int (*use)(const struct bench_case*)) {
    int used = 0;
    int failed = 0;

    for (size_t table = 0; table < sizeof tables / sizeof tables[0]; table++) {
        for (const struct bench_case* one = tables[table]; one->name != NULL; one++) {
            if (named(one, count, names)) {
                used++;
                failed += use(one);
            }
        }
    }
    return used == 0 || failed > 0;
}

static int list_case(const struct bench_case* one) {
    printf("%s %s\n", one->name, one->unit);
    return 0;
}

int main(int argc, char** argv) {
    if (argc == 2 && strcmp(argv[1], "--library") == 0) {
        return print_library();
    }
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        return each_case(0, NULL, list_case);
    }
    return each_case(argc - 1, argv + 1, run_case);
}
