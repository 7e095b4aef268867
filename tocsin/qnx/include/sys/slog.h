/* Public. The system's log. (QNX: slogf(), vslogf()) */
#ifndef _SYS_SLOG_H_INCLUDED
#define _SYS_SLOG_H_INCLUDED

#include <stdarg.h>
#include <sys/cdefs.h>
#include <sys/slogcodes.h>

__BEGIN_DECLS

/* Writes a line to syslog(3), at the priority that the severity is; to the standard error when
   TOCSIN_SLOG=stderr is in the environment. The length of the line, or -1. */
int slogf(int code, int severity, const char* format, ...)
    __attribute__((__format__(printf, 3, 4)));
int vslogf(int code, int severity, const char* format, va_list arguments)
    __attribute__((__format__(printf, 3, 0)));

__END_DECLS

#endif
