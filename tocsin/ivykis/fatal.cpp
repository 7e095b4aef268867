// The last words of a program: iv_fatal(3). Private to tocsin/ivykis.
#include <array>
#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <syslog.h>

#include <iv.h>

namespace {

using Handler = void (*)(const char*);

constinit std::atomic<Handler> fatal_handler{nullptr};

constexpr std::size_t message_size = 1024;

}  // namespace

void iv_fatal(const char* format, ...) {
    std::array<char, message_size> message{};
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(message.data(), message.size(), format, arguments);
    va_end(arguments);
    if (const Handler handler = fatal_handler.load()) {
        handler(message.data());
    } else {
        ::syslog(LOG_CRIT, "%s", message.data());
        std::fprintf(stderr, "%s\n", message.data());
    }
    std::abort();
}

void iv_set_fatal_msg_handler(void (*handler)(const char*)) {
    fatal_handler.store(handler);
}
