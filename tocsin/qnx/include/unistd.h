/* Public. glibc's <unistd.h>, QNX's delay(), and close() as native clients need it. */
#ifndef _TOCSIN_UNISTD_H_INCLUDED
#define _TOCSIN_UNISTD_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <bits/tocsin_plain_names_begin.h>
#include <sys/cdefs.h>

#ifdef TOCSIN_BELOW_ROOT
/* glibc's own are put aside: _FORTIFY_SOURCE would have it inline, past the library. */
#define readlink tocsin_glibc_readlink
#include_next <unistd.h>
#undef readlink
#else
#include_next <unistd.h>
#endif

#include <bits/tocsin_plain_names_end.h>

__BEGIN_DECLS

/* Sleeps so many milliseconds. 0, or how many were left when a signal's handler ran. */
unsigned delay(unsigned milliseconds);

/* close(2), of which a manager learns which of several duplicates it was: what ionotify() has armed
   through that one goes, and those who wait there are released. Programs for QNX call it as
   close(). */
int tocsin_close(int fd);
#ifdef __QNXNTO__
extern int __REDIRECT(close, (int fd), tocsin_close);
#endif

#ifdef TOCSIN_BELOW_ROOT
extern int __REDIRECT_NTH(access, (const char* path, int mode), tocsin_access);
extern int __REDIRECT_NTH(unlink, (const char* path), tocsin_unlink);
extern int __REDIRECT_NTH(rmdir, (const char* path), tocsin_rmdir);
extern int __REDIRECT_NTH(link, (const char* path, const char* new_path), tocsin_link);
extern int __REDIRECT_NTH(symlink, (const char* target, const char* path), tocsin_symlink);
extern ssize_t __REDIRECT_NTH(readlink,
                              (const char* __restrict path, char* __restrict target, size_t size),
                              tocsin_readlink);
extern int __REDIRECT_NTH(truncate, (const char* path, __off_t size), tocsin_truncate);
#endif

__END_DECLS

#endif
