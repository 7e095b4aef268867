// Counts system calls. Private to bench.
#ifndef BENCH_IVYKIS_COUNT_CALLS_H
#define BENCH_IVYKIS_COUNT_CALLS_H

// Runs `body()` in a child process that is traced, and returns how many system calls its first
// thread made between its two calls of count_calls_mark(). Ends the program when that fails.
long count_calls(void (*body)(void));

void count_calls_mark(void);

#endif
