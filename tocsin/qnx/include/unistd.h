/* Public. <unistd.h> of the system, and what programs for QNX expect beside it. */
#ifndef _TOCSIN_QNX_UNISTD_H_INCLUDED
#define _TOCSIN_QNX_UNISTD_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include_next <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

/* close(2), of which a manager learns which of several duplicates it was: what ionotify() has armed
   through that one goes, and those who wait there are released. Programs for QNX call it as
   close(). */
int tocsin_close(int fd);
#ifdef __QNX__
extern int close(int fd) __asm__("tocsin_close");
#endif

#ifdef __cplusplus
}
#endif

#endif
