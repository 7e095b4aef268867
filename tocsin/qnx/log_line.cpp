// Writing a line of the log. Private to tocsin/qnx.
#include <tocsin/qnx/log_line.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <memory>
#include <syslog.h>
#include <unistd.h>

namespace tocsin::qnx {

namespace {

struct Severity {
    int priority;
    const char* name;
};

// In the order of _SLOG_SHUTDOWN to _SLOG_DEBUG2. The first is no emergency on Linux, where that
// would be written to every terminal.
constexpr std::array<Severity, 8> severities = {{{.priority = LOG_ALERT, .name = "shutdown"},
                                                 {.priority = LOG_CRIT, .name = "critical"},
                                                 {.priority = LOG_ERR, .name = "error"},
                                                 {.priority = LOG_WARNING, .name = "warning"},
                                                 {.priority = LOG_NOTICE, .name = "notice"},
                                                 {.priority = LOG_INFO, .name = "info"},
                                                 {.priority = LOG_DEBUG, .name = "debug"},
                                                 {.priority = LOG_DEBUG, .name = "debug"}}};

bool goes_to_standard_error() noexcept {
    const char* const where = std::getenv("TOCSIN_SLOG");
    return where != nullptr && std::strcmp(where, "stderr") == 0;
}

}  // namespace

int write_log_line(int severity, const char* name, const char* format, std::va_list arguments) {
    char* made = nullptr;
    const int length = ::vasprintf(&made, format, arguments);
    if (length < 0) {
        return -1;
    }
    const std::unique_ptr<char, decltype(&std::free)> text{made, &std::free};
    if (length > 0 && made[length - 1] == '\n') {
        made[length - 1] = '\0';
    }
    const Severity& how = severities[static_cast<unsigned>(std::clamp(severity, 0, 7))];
    const char* const separator = name == nullptr ? "" : ": ";
    const char* const front = name == nullptr ? "" : name;
    if (goes_to_standard_error()) {
        ::dprintf(STDERR_FILENO, "%s: %s: %s%s%s\n", program_invocation_short_name, how.name, front,
                  separator, made);
    } else {
        ::syslog(how.priority, "%s%s%s", front, separator, made);
    }
    return length;
}

}  // namespace tocsin::qnx
