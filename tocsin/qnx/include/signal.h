/* Public. glibc's signals, and the numbers of two that QNX has beside them. */
#ifndef _TOCSIN_SIGNAL_H_INCLUDED
#define _TOCSIN_SIGNAL_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include_next <signal.h>

/* Real-time signals of Linux, as it has no others at these numbers. */
#define SIGSELECT 57
#define SIGPHOTON 58

#endif
