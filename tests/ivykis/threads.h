// The threads of this process, as the kernel counts them. For tests/ivykis.
#ifndef TESTS_IVYKIS_THREADS_H
#define TESTS_IVYKIS_THREADS_H

#include <dirent.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int threads_of_this_process(void) {
    DIR* folder = opendir("/proc/self/task");
    int count = -2;  // "." and ".."

    while (readdir(folder) != NULL) {
        count++;
    }
    closedir(folder);
    return count;
}

// A thread that has been joined may be seen for a moment longer.
static inline void wait_for_threads(int count) {
    while (threads_of_this_process() != count) {
        sched_yield();
    }
}

static inline unsigned long id_of_this_thread(void) {
    return (unsigned long)syscall(SYS_gettid);
}

#endif
