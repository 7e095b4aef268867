/* Public. glibc's <sys/stat.h>, and QNX's type of a file that is a name only. */
#ifndef _TOCSIN_SYS_STAT_H_INCLUDED
#define _TOCSIN_SYS_STAT_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <bits/tocsin_plain_names_begin.h>

#include_next <sys/stat.h>

#include <bits/tocsin_plain_names_end.h>

/* No program on Linux sees a file of this type: stat(2) says a regular file. */
#ifndef S_IFNAM
#define S_IFNAM 0x5000
#endif
#define _S_IFNAM S_IFNAM
#define S_ISNAM(mode) (((mode) & S_IFMT) == S_IFNAM)

#ifdef TOCSIN_BELOW_ROOT
__BEGIN_DECLS
extern int __REDIRECT_NTH(stat, (const char* __restrict path, struct stat* __restrict status),
                          tocsin_stat);
extern int __REDIRECT_NTH(lstat, (const char* __restrict path, struct stat* __restrict status),
                          tocsin_lstat);
#ifdef __USE_LARGEFILE64
extern int __REDIRECT_NTH(stat64, (const char* __restrict path, struct stat64* __restrict status),
                          tocsin_stat64);
extern int __REDIRECT_NTH(lstat64, (const char* __restrict path, struct stat64* __restrict status),
                          tocsin_lstat64);
#endif
extern int __REDIRECT_NTH(chmod, (const char* path, __mode_t mode), tocsin_chmod);
extern int __REDIRECT_NTH(mkdir, (const char* path, __mode_t mode), tocsin_mkdir);
__END_DECLS
#endif

#endif
