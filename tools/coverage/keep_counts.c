// Keeps the counts of the preset `coverage` in files that all processes of a program share, from
// the beginning on: what a process ran counts also when it ended by _exit(), by abort() or by
// SIGKILL, as many do in the tests. The runtime of clang 19 writes when a process exits, and its
// own way to count in a file leaves out the conditions. Linked to every program and library; see
// cmake/coverage.cmake.
//
// A program that is started with TOCSIN_COVERAGE_PROFILES=FOLDER does nothing but write there, as a
// profile for llvm-profdata, what its file and those of its libraries hold.
//
// It runs before anything else does, and calls the kernel directly: tests stand in for the
// functions of the C library.
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

// Its presence keeps the runtime from writing by itself.
int __llvm_profile_runtime;

// What the runtime and the linker know of the program or library that this is part of.
extern uint64_t __llvm_profile_get_size_for_buffer(void);
extern int __llvm_profile_write_buffer(char* buffer);
extern uint64_t lprofGetLoadModuleSignature(void);
extern char* __llvm_profile_begin_counters(void);
extern char* __llvm_profile_end_counters(void);
extern char* __llvm_profile_begin_bitmap(void);
extern char* __llvm_profile_end_bitmap(void);

extern const Elf64_Ehdr __ehdr_start __attribute__((visibility("hidden")));

static const uintptr_t page = 4096;

static long call_kernel(long number, long a, long b, long c, long d, long e, long f) {
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

static const char* name_of_program(char* text, size_t size) {
    const long length =
        call_kernel(SYS_readlink, (long)"/proc/self/exe", (long)text, (long)size - 1, 0, 0, 0);
    text[length < 0 ? 0 : length] = '\0';
    const char* slash = strrchr(text, '/');
    return slash == NULL ? text : slash + 1;
}

static int is_the_program(void) {
    return (uintptr_t)&__ehdr_start + __ehdr_start.e_phoff == getauxval(AT_PHDR);
}

// A library has one file, whatever program it is part of. Signatures are no more than sizes,
// nearly.
static void make_path(char* path, size_t size, const char* folder, const char* ending) {
    char program[1024];
    const char* name = is_the_program() ? name_of_program(program, sizeof program) : "library";
    snprintf(path, size, "%s/%s-%016llx.%s", folder, name,
             (unsigned long long)lprofGetLoadModuleSignature(), ending);
}

static uintptr_t page_after(uintptr_t address) {
    return (address + page - 1) & ~(page - 1);
}

// The folder may be used by programs of any user: tests run some as another one.
static int open_counts(uintptr_t size) {
    char path[2048];
    make_path(path, sizeof path, COUNTS_FOLDER, "counts");
    const long file =
        call_kernel(SYS_openat, AT_FDCWD, (long)path, O_RDWR | O_CREAT | O_CLOEXEC, 0666, 0, 0);
    if (file >= 0) {
        call_kernel(SYS_fchmod, file, 0666, 0, 0, 0, 0);
        call_kernel(SYS_ftruncate, file, (long)size, 0, 0, 0, 0);
    }
    return (int)file;
}

static void share(uintptr_t begin, uintptr_t size, int file, uintptr_t offset) {
    if (size != 0) {
        call_kernel(SYS_mmap, (long)begin, (long)size, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_FIXED, file, (long)offset);
    }
}

// Without a file, for want of a descriptor, the process counts for itself, and is not seen.
static void share_counts(void) {
    const uintptr_t counters = (uintptr_t)__llvm_profile_begin_counters();
    const uintptr_t bitmap = (uintptr_t)__llvm_profile_begin_bitmap();
    const uintptr_t counters_size = page_after((uintptr_t)__llvm_profile_end_counters()) - counters;
    const uintptr_t bitmap_size = page_after((uintptr_t)__llvm_profile_end_bitmap()) - bitmap;
    const int file = open_counts(counters_size + bitmap_size);
    if (file >= 0) {
        share(counters, counters_size, file, 0);
        share(bitmap, bitmap_size, file, counters_size);
        call_kernel(SYS_close, file, 0, 0, 0, 0, 0);
    }
}

static void write_profile(const char* folder) {
    char path[2048];
    const uint64_t size = __llvm_profile_get_size_for_buffer();
    char* text = malloc(size);
    make_path(path, sizeof path, folder, "profraw");
    FILE* file = fopen(path, "w");
    if (text == NULL || file == NULL || __llvm_profile_write_buffer(text) != 0 ||
        fwrite(text, 1, size, file) != size || fclose(file) != 0) {
        fprintf(stderr, "%s: no profile could be written\n", path);
        _exit(1);
    }
}

__attribute__((constructor(101))) static void begin_to_count(void) {
    share_counts();
}

// Those of its libraries come before the program's.
__attribute__((constructor(102))) static void write_if_asked(void) {
    const char* folder = getenv("TOCSIN_COVERAGE_PROFILES");
    if (folder != NULL) {
        write_profile(folder);
        if (is_the_program()) {
            _exit(0);
        }
    }
}
