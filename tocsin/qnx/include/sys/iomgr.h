/* Public. What io_notify() is asked for. (QNX: iofunc_notify(), ionotify()) */
#ifndef _SYS_IOMGR_H_INCLUDED
#define _SYS_IOMGR_H_INCLUDED

#include <sys/siginfo.h>

/* Actions. */
#define _NOTIFY_ACTION_TRANARM 0
#define _NOTIFY_ACTION_CONDARM 1
#define _NOTIFY_ACTION_POLL 2
#define _NOTIFY_ACTION_POLLARM 3
#define _NOTIFY_ACTION_EDGEARM 4
#define _NOTIFY_ACTION_MASK 0x7

/* Classic conditions, and the sign that extended ones are meant, too. */
#define _NOTIFY_COND_INPUT 0x10000000U
#define _NOTIFY_COND_OUTPUT 0x20000000U
#define _NOTIFY_COND_OBAND 0x40000000U
#define _NOTIFY_COND_EXTEN 0x80000000U
#define _NOTIFY_COND_MASK 0xf0000000U
#define _NOTIFY_DATA_MASK 0x0fffffffU

/* Extended conditions. */
#define _NOTIFY_CONDE_RDNORM 0x0001U
#define _NOTIFY_CONDE_WRNORM 0x0002U
#define _NOTIFY_CONDE_RDBAND 0x0004U
#define _NOTIFY_CONDE_PRI 0x0008U
#define _NOTIFY_CONDE_WRBAND 0x0010U
#define _NOTIFY_CONDE_ERR 0x0020U
#define _NOTIFY_CONDE_HUP 0x0040U
#define _NOTIFY_CONDE_NVAL 0x1000U

#define _NOTIFY_MAXCOND 15
#define _NOTIFY_FLAGS_EXTEN_FIRST 1
#define _NOTIFY_EDGEEVENT 1

#endif
