// Delivering events to the own process. Private to tocsin/qnx.
#include <tocsin/qnx/events.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <memory>
#include <new>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <tocsin/qnx/connection.h>

namespace tocsin::qnx {

namespace {

bool is_code_of_pulse(int code) noexcept {
    return code >= SCHAR_MIN && code <= SCHAR_MAX;
}

int error_of_call(long result) noexcept {
    return result == 0 ? 0 : errno;
}

// Codes from zero on, and SI_NOTIFY, which Linux has for tkill(), the kernel believes those only
// who call themselves by their own number: a thread, not a process. By the number of any of its
// threads a process is meant as a whole. Another thread gets such a code as SI_QUEUE.
int send_signal(const struct ::sigevent& event, int code, int thread) noexcept {
    ::siginfo_t info = {};
    info.si_signo = event.sigev_signo;
    info.si_code = code;
    info.si_pid = ::getpid();
    info.si_uid = ::getuid();
    info.si_value = event.sigev_value;
    const int self = own_thread();
    const auto send = [&] {
        return thread != 0
                   ? ::syscall(SYS_rt_tgsigqueueinfo, info.si_pid, thread, info.si_signo, &info)
                   : ::syscall(SYS_rt_sigqueueinfo, self, info.si_signo, &info);
    };
    const int error = error_of_call(send());
    if (error != EPERM || code == SI_QUEUE) {
        return error;
    }
    info.si_code = SI_QUEUE;
    return error_of_call(send());
}

int send_pulse(const struct ::sigevent& event) noexcept {
    return pulse_through(event.sigev_coid,
                         {.scoid = 0,
                          .priority = event.sigev_priority,
                          .code = event.sigev_code,
                          .value = event.sigev_value,
                          .only_if_awaited = (event.sigev_notify & SIGEV_FLAG_NOQUEUE) != 0});
}

struct Start {
    void (*function)(union ::sigval);
    union ::sigval value;
};

void* run(void* argument) {
    const std::unique_ptr<Start> start{static_cast<Start*>(argument)};
    const Start copy = *start;
    copy.function(copy.value);
    return nullptr;
}

int start_thread(const struct ::sigevent& event) noexcept {
    std::unique_ptr<Start> start{new (std::nothrow) Start{.function = event.sigev_notify_function,
                                                          .value = event.sigev_value}};
    if (start == nullptr) {
        return EAGAIN;
    }
    ::pthread_t thread = {};
    const int error = ::pthread_create(&thread, event.sigev_notify_attributes, run, start.get());
    if (error != 0) {
        return error;
    }
    static_cast<void>(start.release());
    int state = PTHREAD_CREATE_JOINABLE;
    if (event.sigev_notify_attributes != nullptr) {
        ::pthread_attr_getdetachstate(event.sigev_notify_attributes, &state);
    }
    if (state == PTHREAD_CREATE_JOINABLE) {
        ::pthread_detach(thread);
    }
    return 0;
}

int change_memory(const struct ::sigevent& event) noexcept {
    const std::atomic_ref word{*const_cast<unsigned*>(event.sigev_addr)};
    const auto value = static_cast<unsigned>(event.sigev_value.sival_int);
    switch (event.sigev_memop) {
    case SIGEV_MEM_ASSIGN:
        word.store(value);
        return 0;
    case SIGEV_MEM_ADD:
        word.fetch_add(value);
        return 0;
    case SIGEV_MEM_SUB:
        word.fetch_sub(value);
        return 0;
    case SIGEV_MEM_BITSET:
        word.fetch_or(value);
        return 0;
    case SIGEV_MEM_BITCLR:
        word.fetch_and(~value);
        return 0;
    case SIGEV_MEM_BITTOGGLE:
        word.fetch_xor(value);
        return 0;
    default:
        return EINVAL;
    }
}

}  // namespace

bool is_signal(const struct ::sigevent& event) noexcept {
    const int type = SIGEV_GET_TYPE(&event);
    return type == SIGEV_SIGNAL || type == SIGEV_SIGNAL_CODE || type == SIGEV_SIGNAL_THREAD;
}

int check_event(const struct ::sigevent& event) noexcept {
    bool holds = false;
    switch (SIGEV_GET_TYPE(&event)) {
    case SIGEV_NONE:
    case SIGEV_UNBLOCK:
    case SIGEV_INTR:
        holds = true;
        break;
    case SIGEV_SIGNAL:
    case SIGEV_SIGNAL_CODE:
    case SIGEV_SIGNAL_THREAD:
        holds = event.sigev_signo > 0 && event.sigev_signo <= SIGRTMAX;
        break;
    case SIGEV_PULSE:
        holds = is_code_of_pulse(event.sigev_code) && is_priority(event.sigev_priority);
        break;
    case SIGEV_THREAD:
        holds = event.sigev_notify_function != nullptr;
        break;
    case SIGEV_MEMORY:
        holds = event.sigev_addr != nullptr && event.sigev_memop >= SIGEV_MEM_ASSIGN &&
                event.sigev_memop <= SIGEV_MEM_BITTOGGLE;
        break;
    case SIGEV_SEM:
        holds = event.sigev_value.sival_ptr != nullptr;
        break;
    default:
        break;
    }
    return holds ? 0 : EINVAL;
}

int deliver_here(const struct ::sigevent& event, int thread) noexcept {
    if (const int error = check_event(event); error != 0) {
        return error;
    }
    switch (SIGEV_GET_TYPE(&event)) {
    case SIGEV_SIGNAL:
        return send_signal(event, SI_QUEUE, 0);
    case SIGEV_SIGNAL_CODE:
        return send_signal(event, event.sigev_code, 0);
    case SIGEV_SIGNAL_THREAD:
        return send_signal(event, event.sigev_code, thread);
    case SIGEV_PULSE:
        return send_pulse(event);
    case SIGEV_THREAD:
        return start_thread(event);
    case SIGEV_MEMORY:
        return change_memory(event);
    case SIGEV_SEM:
        return error_of_call(::sem_post(static_cast<::sem_t*>(event.sigev_value.sival_ptr)));
    default:
        return 0;
    }
}

}  // namespace tocsin::qnx
