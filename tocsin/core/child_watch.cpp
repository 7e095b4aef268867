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

void ChildWatch::look() {
    ChildEnd end{.pid = pid_};
    const pid_t reaped = ::wait4(pid_, &end.wait_status, WNOHANG, &end.usage);
    if (reaped == 0 || (reaped < 0 && errno == EINTR)) {
        return;
    }
    end.known = reaped > 0;
    unregister();
    const Handler handler = handler_;
    handler(end);
}

}  // namespace tocsin::core
