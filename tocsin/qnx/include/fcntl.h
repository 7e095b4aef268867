/* Public. glibc's <fcntl.h>; open() of a program for QNX looks below TOCSIN_ROOT first. */
#ifndef _TOCSIN_FCNTL_H_INCLUDED
#define _TOCSIN_FCNTL_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <bits/tocsin_root.h>

#ifdef TOCSIN_BELOW_ROOT
/* glibc's own are put aside: _FORTIFY_SOURCE would have them inline, past the library. */
#define open tocsin_glibc_open
#define open64 tocsin_glibc_open64
#define creat tocsin_glibc_creat
#define creat64 tocsin_glibc_creat64
#include_next <fcntl.h>
#undef open
#undef open64
#undef creat
#undef creat64

__BEGIN_DECLS
extern int __REDIRECT(open, (const char* path, int flags, ...), tocsin_open) __nonnull((1));
extern int __REDIRECT(creat, (const char* path, __mode_t mode), tocsin_creat) __nonnull((1));
#ifdef __USE_LARGEFILE64
extern int __REDIRECT(open64, (const char* path, int flags, ...), tocsin_open) __nonnull((1));
extern int __REDIRECT(creat64, (const char* path, __mode_t mode), tocsin_creat) __nonnull((1));
#endif
__END_DECLS

#else
#include_next <fcntl.h>
#endif

#ifndef O_LARGEFILE
#define O_LARGEFILE 0100000
#endif

#endif
