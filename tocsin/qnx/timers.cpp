// Timers whose event is one of QNX's. Private to tocsin/qnx.
#include <sys/siginfo.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

// What the kernel takes, by its layout and its numbers.
struct KernelEvent {
    static constexpr int by_signal = 0;
    static constexpr int not_at_all = 1;

    union sigval value = {};
    int signal = 0;
    int notify = not_at_all;
    std::array<int, 12> rest = {};
};
static_assert(sizeof(KernelEvent) == 64);

}  // namespace

// glibc knows a timer by the kernel's number, unless the timer starts threads.
int tocsin_timer_create(clockid_t clock, struct sigevent* event, timer_t* timer) noexcept {
    KernelEvent asked;
    if (event == nullptr) {
        asked.notify = KernelEvent::by_signal;
        asked.signal = SIGALRM;
    } else if (SIGEV_GET_TYPE(event) == SIGEV_SIGNAL) {
        asked.notify = KernelEvent::by_signal;
        asked.signal = event->sigev_signo;
        asked.value = event->sigev_value;
    } else if (SIGEV_GET_TYPE(event) != SIGEV_NONE) {
        errno = EINVAL;
        return -1;
    }
    int number = 0;
    if (::syscall(SYS_timer_create, clock, &asked, &number) != 0) {
        return -1;
    }
    *timer = reinterpret_cast<timer_t>(static_cast<std::intptr_t>(number));
    return 0;
}
