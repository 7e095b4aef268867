/* Public. In the place of glibc's kinds of events, whose names QNX gives other numbers:
   <sys/siginfo.h> has them. */
#ifndef _BITS_SIGEVENT_CONSTS_H
#define _BITS_SIGEVENT_CONSTS_H

#include <bits/types/sigevent_t.h>

#endif
