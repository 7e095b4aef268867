// The functions of libc that the product calls, as the checker's kernel answers them. The linker
// prefers them to libc's; outside of an execution they do nothing.
#include <csignal>
#include <cstdarg>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <checker/execution.h>
#include <checker/kernel.h>

using interleavings::Execution;
using interleavings::Kernel;

namespace {

bool running() noexcept {
    return Execution::current().running();
}

}  // namespace

extern "C" {

int eventfd(unsigned, int) noexcept {
    return Kernel::of_execution().open_bell();
}

int close(int descriptor) {
    if (Kernel::is_bell(descriptor)) {
        Kernel::of_execution().close_bell(descriptor);
    }
    return 0;
}

ssize_t read(int descriptor, void* buffer, size_t) {
    const std::uint64_t count = Kernel::of_execution().drain(descriptor);
    *static_cast<std::uint64_t*>(buffer) = count;
    return count > 0 ? static_cast<ssize_t>(sizeof count) : -1;
}

int poll(pollfd* entries, nfds_t, int) {
    Kernel::of_execution().await_count(entries->fd);
    return 1;
}

long syscall(long number, ...) noexcept {
    va_list arguments;
    va_start(arguments, number);
    if (number == SYS_write) {
        Kernel::of_execution().ring(va_arg(arguments, int));
    } else if (number == SYS_nanosleep) {
        Execution::current().pause();
    } else {
        interleavings::fail("a system call that the checker does not know");
    }
    va_end(arguments);
    return 0;
}

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
    if (running()) {
        Kernel::of_execution().lock(mutex);
    }
    return 0;
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
    if (running()) {
        Kernel::of_execution().unlock(mutex);
    }
    return 0;
}

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
    Kernel::of_execution().wait(condition, mutex);
    return 0;
}

int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
    Kernel::of_execution().wake(condition);
    return 0;
}

// Of one signal; what was there before is nothing.
int sigaction(int, const struct sigaction* action, struct sigaction* before) noexcept {
    Kernel::of_execution().handle_signals_by(action->sa_handler);
    if (before != nullptr) {
        *before = {};
    }
    return 0;
}

int pthread_sigmask(int, const sigset_t*, sigset_t*) noexcept {
    return 0;
}

pthread_t pthread_self() noexcept {
    return Execution::current().self() + 1;
}

}  // extern "C"
