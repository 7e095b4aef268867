/* Public. glibc's <unistd.h>, QNX's delay(), and close() as native clients need it. */
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
#endif

__END_DECLS

#endif
