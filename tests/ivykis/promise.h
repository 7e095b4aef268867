// Promises of the ivykis interface, each a function named by it, for programs in plain C that run
// on Debian's library as well as on ours. For tests/ivykis.
#ifndef TESTS_IVYKIS_PROMISE_H
#define TESTS_IVYKIS_PROMISE_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct promise {
    const char* name;
    void (*body)(void);
    int only_ours;
    struct promise* next;
};

void promise_add(struct promise* promise);

#define PROMISE_OF(name_, only_ours_)                                                              \
    static void name_(void);                                                                       \
    static struct promise promise_##name_ = {#name_, name_, only_ours_, NULL};                     \
    __attribute__((constructor)) static void add_##name_(void) {                                   \
        promise_add(&promise_##name_);                                                             \
    }                                                                                              \
    static void name_(void)

// PROMISE(a_sentence_in_snake_case) { ... }: holds on both libraries. Each runs in a process of its
// own, which has not called iv_init() yet, and may end it by exit(0) or by returning.
#define PROMISE(name_) PROMISE_OF(name_, 0)

// As PROMISE, where ours is better on purpose: not run on the stock library. A comment above says
// what the stock library does, with its number in the list of known bugs and limits.
#define BETTER(name_) PROMISE_OF(name_, 1)

// Ends the process as a failure, and says where and what, unless `condition` is true.
#define KEEP(condition) ((condition) ? (void)0 : promise_broken(__FILE__, __LINE__, #condition))

// As KEEP(left == right) for integers; shows both.
#define SAME(left, right) promise_same(__FILE__, __LINE__, #left " == " #right, (left), (right))

// Fills an object with 0xA5: what programs compiled against empty IV_*_INIT functions hand over.
#define FILL(object) memset(&(object), 0xA5, sizeof(object))

__attribute__((noreturn)) void promise_broken(const char* file, int line, const char* text);
void promise_same(const char* file, int line, const char* text, long long left, long long right);

// Runs `body` in a forked child and gives back its wait status; its standard error goes to `text`,
// cut at `size`, unless that is NULL. A child that hangs is killed after 10 s.
int promise_status_of(void (*body)(void), char* text, size_t size);

// Whether `body`, run in a forked child, ends it by abort().
int promise_aborts(void (*body)(void));

// The number of open descriptors of this process.
int promise_open_descriptors(void);

// CLOCK_MONOTONIC in nanoseconds.
long long promise_now(void);

// Leaves this process `left` free descriptors. promise_many_descriptors() takes that back.
void promise_few_descriptors(int left);
void promise_many_descriptors(void);

#endif
