// Signals, limits and the way of waiting of the process. Private to tocsin/ivykis.
#include <tocsin/ivykis/process.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <mutex>
#include <sys/resource.h>

namespace tocsin::ivykis {

namespace {

constinit std::atomic<const PollMethod*> method{nullptr};

// A program that has a handler for it wants it called.
void ignore_if_default(int signal) noexcept {
    struct sigaction action{};
    if (::sigaction(signal, nullptr, &action) == 0 && (action.sa_flags & SA_SIGINFO) == 0 &&
        action.sa_handler == SIG_DFL) {
        action.sa_handler = SIG_IGN;
        ::sigaction(signal, &action, nullptr);
    }
}

// Neither limit is ever lowered; a process without the right to more keeps what it has.
void raise_descriptor_limit() noexcept {
    constexpr rlim_t wish = 131072;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wish) {
        return;
    }
    const rlimit more{.rlim_cur = wish, .rlim_max = std::max(wish, limit.rlim_max)};
    if (::setrlimit(RLIMIT_NOFILE, &more) != 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = std::min(wish, limit.rlim_max);
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

}  // namespace

void begin_process() {
    static std::once_flag begun;
    std::call_once(begun, [] {
        ignore_if_default(SIGPIPE);
        ignore_if_default(SIGURG);
        raise_descriptor_limit();
        method = &choose_poll_method();
    });
}

const PollMethod& poll_method_of_process() noexcept {
    return *method.load();
}

const char* poll_method_name() noexcept {
    const PollMethod* const chosen = method.load();
    return chosen == nullptr ? nullptr : chosen->name;
}

}  // namespace tocsin::ivykis
