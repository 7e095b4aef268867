// What the cases of bench/ivykis are made of: clock, processors, threads, tables. Private to bench.
#ifndef BENCH_IVYKIS_MEASURE_H
#define BENCH_IVYKIS_MEASURE_H

// One line of what the program prints. More is better where the unit ends in "/s", else less.
struct bench_case {
    const char* name;
    const char* unit;
    double (*measure)(void);
};

// The tables of cases; each ends with a case that has no name.
extern const struct bench_case event_cases[];
extern const struct bench_case ring_cases[];
extern const struct bench_case loop_cases[];
extern const struct bench_case timer_cases[];
extern const struct bench_case watch_cases[];
extern const struct bench_case work_cases[];
extern const struct bench_case lookup_cases[];
extern const struct bench_case floor_cases[];
extern const struct bench_case futex_floor_cases[];

// Ends the program with what went wrong, unless all is right: a case that lost something has no
// figure.
void require(int right, const char* what);

long long now_ns(void);

// How many processors this program may use. Ends it where that is only one.
int processors(void);

// Keeps the calling thread, and those that it starts, on one of the processors that it may use.
// Ends the program where there are not so many.
void pin_to(int number);

// Runs `body(argument)` in `count` threads that begin together; nanoseconds until all have ended.
// `arguments` is an array of `count` elements of `size` bytes, one for each thread.
double time_threads(int count, void (*body)(void*), void* arguments, unsigned long size);

// A measurement that lasts for a fixed time, so that a slow library and a fast one are both looked
// at for long enough. It is cut into pieces of about a tenth of a millisecond, and the figure is
// that of the piece in the middle: where a neighbour takes the processor away, one piece is spoilt
// and not the whole.
struct span {
    long long began_ns;
    long long piece_began_ns;
    long piece_things;  // done in the piece that is not over yet, up to the last look
    long per_look;
    long until_look;
    int pieces;
    double ns_per_thing[1024];
};

// Looking at the clock costs as much as some of what is measured: it is done once for `per_look`
// things.
void span_begin(struct span* span, long per_look);

// What span_over() does when it looks at the clock.
int span_look(struct span* span);

// Counts one more thing done; true once the time is up. Inline, as some things take nanoseconds.
static inline int span_over(struct span* span) {
    return --span->until_look == 0 && span_look(span);
}

double span_ns(struct span* span);
double span_per_second(struct span* span);

// Processor time of the calling thread, for what only computes: neighbours do not count.
long long busy_ns(void);

// The value in the middle; sorts `values`.
double median(double* values, int count);

#endif
