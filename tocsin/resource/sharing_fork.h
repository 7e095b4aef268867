// A child that shares its parent's descriptors. Private to tocsin/resource.
#pragma once

#include <cerrno>
#include <csignal>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace tocsin::resource {

// As fork(2), for a child that its parent waits for. One with copies of the descriptors would close
// them when it ends: where one is a file of a path that this very process serves, the server has to
// be told and to answer, and could not while it waits for the child. The C library knows nothing of
// the child, which may call what a signal handler may, and nothing that concerns all threads. All
// signals stay blocked there, and the caller is base::Uncancelled: what a handler, or the end of
// the thread, closed in the child would be closed in the parent.
[[nodiscard]] inline ::pid_t fork_sharing_descriptors() noexcept {
    ::sigset_t every;
    ::sigset_t before;
    ::sigfillset(&every);
    ::pthread_sigmask(SIG_SETMASK, &every, &before);
#ifdef __SANITIZE_THREAD__
    const ::pid_t child = ::fork();  // of which the sanitizer has to know
#else
    const auto child = static_cast<::pid_t>(
        ::syscall(SYS_clone, CLONE_FILES | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
#endif
    if (child != 0) {
        const int error = errno;
        ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
        errno = error;
    }
    return child;
}

}  // namespace tocsin::resource
