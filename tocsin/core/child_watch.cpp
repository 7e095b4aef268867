// Waiting for one child. Private to tocsin/core.
#include <tocsin/core/child_watch.h>

#include <cerrno>
#include <csignal>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tocsin/base/check.h>
#include <tocsin/base/errors.h>
#include <tocsin/core/errors.h>

namespace tocsin::core {

namespace {

bool is_unreaped_child(pid_t pid) noexcept {
    siginfo_t info{};
    return pid > 0 &&
           ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

bool refused(int error) noexcept {
    return error == ENOSYS || error == EPERM || error == EINVAL;
}

// waitid(2) with the usage, which the C library leaves out. Zero, or the error; where the child has
// not ended, info.si_pid is zero.
int reap(idtype_t kind, int number, siginfo_t& info, rusage& usage) noexcept {
    static_assert(sizeof usage.ru_utime.tv_sec == sizeof(long), "the kernel writes longs there");
    return ::syscall(SYS_waitid, kind, number, &info, WEXITED | WNOHANG, &usage) == 0 ? 0 : errno;
}

// As waitpid(2) gives it.
int wait_status_of(const siginfo_t& info) noexcept {
    if (info.si_code == CLD_EXITED) {
        return W_EXITCODE(info.si_status, 0);
    }
    return info.si_status | (info.si_code == CLD_DUMPED ? WCOREFLAG : 0);
}

}  // namespace

ChildWatch::ChildWatch(Handler handler) noexcept
    : handler_{handler},
      pidfd_watch_{base::Callback<Conditions>{[this](Conditions) { look(); }}},
      signal_watch_{base::Callback<>::bind<&ChildWatch::look>(*this)},
      first_look_{base::Callback<>::bind<&ChildWatch::look>(*this)} {}

std::error_code ChildWatch::register_with(Loop& loop, pid_t pid) {
    base::check(!registered(), "ChildWatch::register_with: the watch is registered already; "
                               "unregister it first");
    if (!is_unreaped_child(pid)) {
        return Error::not_a_child;
    }
    std::error_code error = watch_pidfd(loop, pid);
    if (refused(error.value()) && error.category() == std::generic_category()) {
        error = watch_signal(loop);
    }
    if (!error) {
        pid_ = pid;
    }
    return error;
}

std::error_code ChildWatch::watch_pidfd(Loop& loop, pid_t pid) {
    base::Descriptor pidfd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
    if (!pidfd) {
        return base::last_error();
    }
    const std::error_code error =
        pidfd_watch_.register_with(loop, pidfd.number(), Condition::input);
    if (!error) {
        pidfd_ = std::move(pidfd);
    }
    return error;
}

// The child may have ended before the signal was watched, so the first look comes by itself.
std::error_code ChildWatch::watch_signal(Loop& loop) noexcept {
    const std::error_code error = signal_watch_.register_with(loop, SIGCHLD);
    if (!error) {
        first_look_.schedule(loop);
    }
    return error;
}

void ChildWatch::unregister() noexcept {
    pidfd_watch_.unregister();
    pidfd_.reset();
    signal_watch_.unregister();
    first_look_.cancel();
    pid_ = 0;
}

// By the pidfd, which means this child also when somebody else has reaped it and its number is that
// of another one by now. By the number where a pidfd is refused, or is no way to wait (Linux 5.3).
void ChildWatch::look() {
    ChildEnd end{.pid = pid_};
    siginfo_t info{};
    int error = pidfd_ ? reap(P_PIDFD, pidfd_.number(), info, end.usage) : ENOSYS;
    if (refused(error)) {
        error = reap(P_PID, pid_, info, end.usage);
    }
    if (error == EINTR || (error == 0 && info.si_pid == 0)) {
        return;
    }
    end.known = error == 0;
    end.wait_status = end.known ? wait_status_of(info) : 0;
    unregister();
    const Handler handler = handler_;
    handler(end);
}

}  // namespace tocsin::core
