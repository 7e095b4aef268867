// Timers whose event is one of QNX's. Private to tocsin/qnx.
#include <sys/siginfo.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <sys/syscall.h>
#include <unistd.h>

#include <tocsin/qnx/events.h>
#include <tocsin/qnx/face_result.h>
#include <tocsin/qnx/timer_service.h>

using tocsin::qnx::error_result;
using tocsin::qnx::length_result;
using tocsin::qnx::TimerService;

// glibc's own, by the names that <sys/siginfo.h> takes away.
extern "C" {
int glibc_timer_delete(timer_t timer) noexcept __asm__("timer_delete");
int glibc_timer_settime(timer_t timer, int flags, const struct itimerspec* value,
                        struct itimerspec* before) noexcept __asm__("timer_settime");
int glibc_timer_gettime(timer_t timer, struct itimerspec* value) noexcept __asm__("timer_gettime");
int glibc_timer_getoverrun(timer_t timer) noexcept __asm__("timer_getoverrun");
}

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

timer_t timer_of(int number) noexcept {
    return reinterpret_cast<timer_t>(static_cast<std::intptr_t>(number));
}

// 0 when the timer is glibc's. Its numbers are the kernel's, which count up from 0, or negative.
int number_of(timer_t timer) noexcept {
    const auto number = reinterpret_cast<std::intptr_t>(timer);
    return number >= TimerService::mark && number <= INT32_MAX ? static_cast<int>(number) : 0;
}

bool is_delivered_by_kernel(const struct sigevent* event) noexcept {
    return event == nullptr || SIGEV_GET_TYPE(event) == SIGEV_NONE ||
           SIGEV_GET_TYPE(event) == SIGEV_SIGNAL;
}

// glibc knows a timer by the kernel's number, unless the timer starts threads.
int create_in_kernel(clockid_t clock, const struct sigevent* event, timer_t* timer) noexcept {
    KernelEvent asked;
    if (event == nullptr) {
        asked.notify = KernelEvent::by_signal;
        asked.signal = SIGALRM;
    } else if (SIGEV_GET_TYPE(event) == SIGEV_SIGNAL) {
        asked.notify = KernelEvent::by_signal;
        asked.signal = event->sigev_signo;
        asked.value = event->sigev_value;
    }
    int number = 0;
    if (::syscall(SYS_timer_create, clock, &asked, &number) != 0) {
        return -1;
    }
    *timer = timer_of(number);
    return 0;
}

bool is_for_timers(const struct sigevent& event) noexcept {
    const int type = SIGEV_GET_TYPE(&event);
    return type != SIGEV_UNBLOCK && type != SIGEV_INTR &&
           (event.sigev_notify & SIGEV_FLAG_HANDLE) == 0 && tocsin::qnx::check_event(event) == 0;
}

}  // namespace

int tocsin_timer_create(clockid_t clock, struct sigevent* event, timer_t* timer) noexcept {
    if (is_delivered_by_kernel(event)) {
        return create_in_kernel(clock, event, timer);
    }
    if (!is_for_timers(*event)) {
        return tocsin::qnx::fail_with(EINVAL);
    }
    const int number = TimerService::create(clock, *event);
    if (number < 0) {
        return tocsin::qnx::fail_with(-number);
    }
    *timer = timer_of(number);
    return 0;
}

int tocsin_timer_delete(timer_t timer) noexcept {
    const int number = number_of(timer);
    return number == 0 ? glibc_timer_delete(timer) : error_result(TimerService::remove(number));
}

int tocsin_timer_settime(timer_t timer, int flags, const struct itimerspec* value,
                         struct itimerspec* before) noexcept {
    const int number = number_of(timer);
    return number == 0 ? glibc_timer_settime(timer, flags, value, before)
                       : error_result(TimerService::set(number, flags, *value, before));
}

int tocsin_timer_gettime(timer_t timer, struct itimerspec* value) noexcept {
    const int number = number_of(timer);
    return number == 0 ? glibc_timer_gettime(timer, value)
                       : error_result(TimerService::get(number, *value));
}

int tocsin_timer_getoverrun(timer_t timer) noexcept {
    const int number = number_of(timer);
    return number == 0 ? glibc_timer_getoverrun(timer)
                       : length_result(TimerService::overrun(number));
}
