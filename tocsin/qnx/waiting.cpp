// Sleeping. Private to tocsin/qnx.
#include <tocsin/qnx/waiting.h>

#include <cerrno>
#include <ctime>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <tocsin/base/fork.h>
#include <tocsin/qnx/events.h>

namespace tocsin::qnx {

namespace {

// A wait without an end would be begun again by the kernel after a handler with SA_RESTART; one
// with an end is not.
constexpr ::timespec never = {.tv_sec = 1'000'000'000'000, .tv_nsec = 0};

::timespec timespec_of(base::Time time) noexcept {
    constexpr base::Duration::rep second = 1'000'000'000;
    const base::Duration::rep count = time.time_since_epoch().count();
    return {.tv_sec = count / second, .tv_nsec = count % second};
}

}  // namespace

thread_local constinit Timeout Timeout::armed;

Bell::Bell(Reach reach) noexcept {
    ::sem_init(&semaphore_, static_cast<int>(reach), 0);
}

Bell::~Bell() {
    ::sem_destroy(&semaphore_);
}

void Bell::ring() noexcept {
    ::sem_post(&semaphore_);
}

int Bell::wait(std::optional<base::Time> deadline) {
    const ::timespec end = deadline ? timespec_of(*deadline) : never;
    return ::sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &end) == 0 ? 0 : errno;
}

void Bell::wait_for_certain() noexcept {
    int state = 0;
    ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    while (::sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &never) != 0) {
    }
    ::pthread_setcancelstate(state, nullptr);
}

// A signal's handler has run when this returns, and so ends no wait.
int Timeout::expire() noexcept {
    states_ = 0;
    if (SIGEV_GET_TYPE(&event_) == SIGEV_UNBLOCK) {
        return ETIMEDOUT;
    }
    static_cast<void>(deliver_here(event_, own_thread()));
    return is_signal(event_) ? EINTR : 0;
}

int own_thread() noexcept {
    static thread_local constinit int thread = 0;
    static thread_local constinit std::uint32_t generation = 0;
    if (thread == 0 || generation != base::fork_generation()) {
        generation = base::fork_generation();
        thread = ::gettid();
    }
    return thread;
}

// By system calls: glibc's own functions lock what a signal handler may have interrupted its thread
// in having locked.
int own_priority() noexcept {
    const int policy = ::sched_getscheduler(0);
    ::sched_param parameters = {};
    if ((policy != SCHED_FIFO && policy != SCHED_RR) || ::sched_getparam(0, &parameters) != 0) {
        return usual_priority;
    }
    return parameters.sched_priority;
}

}  // namespace tocsin::qnx
