/* Public. Who writes to the system's log, and how bad it is. (QNX: slogf()) */
#ifndef _SYS_SLOGCODES_H_INCLUDED
#define _SYS_SLOGCODES_H_INCLUDED

#define _SLOG_SETCODE(major, minor) (((major) << 10) | (minor))
#define _SLOG_GETMAJOR(code) ((code) >> 10)
#define _SLOG_GETMINOR(code) ((code) & 0x3ff)

#define _SLOGC_TEST 1
#define _SLOGC_CHAR 2
#define _SLOGC_FS 3
#define _SLOGC_NETWORK 4
#define _SLOGC_PROC 5
#define _SLOGC_PCI 6
#define _SLOGC_USB 7
#define _SLOGC_AUDIO 8
#define _SLOGC_GRAPHICS 9
#define _SLOGC_INPUT 10
#define _SLOGC_MEDIA 11
#define _SLOGC_GENERIC 12
#define _SLOGC_PRIVATE_START 10000
#define _SLOGC_PRIVATE_END 19999

#define _SLOG_SHUTDOWN 0
#define _SLOG_CRITICAL 1
#define _SLOG_ERROR 2
#define _SLOG_WARNING 3
#define _SLOG_NOTICE 4
#define _SLOG_INFO 5
#define _SLOG_DEBUG1 6
#define _SLOG_DEBUG2 7

#endif
