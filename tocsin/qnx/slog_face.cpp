// slogf(). Private to tocsin/qnx.
#include <sys/slog.h>

#include <tocsin/qnx/log_line.h>

int vslogf(int, int severity, const char* format, va_list arguments) {
    return tocsin::qnx::write_log_line(severity, nullptr, format, arguments);
}

int slogf(int code, int severity, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int result = vslogf(code, severity, format, arguments);
    va_end(arguments);
    return result;
}
