/* Public. glibc's <unistd.h>, and QNX's delay(). */
#ifndef _TOCSIN_UNISTD_H_INCLUDED
#define _TOCSIN_UNISTD_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <bits/tocsin_root.h>
#include <sys/cdefs.h>
#include_next <unistd.h>

__BEGIN_DECLS

/* Sleeps so many milliseconds. 0, or how many were left when a signal's handler ran. */
unsigned delay(unsigned milliseconds);

#ifdef TOCSIN_BELOW_ROOT
extern int __REDIRECT_NTH(access, (const char* path, int mode), tocsin_access);
extern int __REDIRECT_NTH(unlink, (const char* path), tocsin_unlink);
#endif

__END_DECLS

#endif
