// Where the lines of slogf() and slog2f() go. Private to tocsin/qnx.
#pragma once

#include <cstdarg>

namespace tocsin::qnx {

// Writes a line to syslog(3), or to the standard error where TOCSIN_SLOG=stderr; `name`, where
// there is one, goes in front. The length of the text, or -1 with errno.
int write_log_line(int severity, const char* name, const char* format, std::va_list arguments)
    __attribute__((__format__(printf, 3, 0)));

}  // namespace tocsin::qnx
