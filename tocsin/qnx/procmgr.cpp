// procmgr_daemon() and its kin. Private to tocsin/qnx.
#include <sys/procmgr.h>

#include <cerrno>
#include <fcntl.h>
#include <initializer_list>
#include <sys/stat.h>
#include <unistd.h>

namespace {

// What is served lives in this process and would not survive a fork(2), so none is made. A leader
// of a process group has to stay in its session.
void leave_session() noexcept {
    const int before = errno;
    ::setsid();
    errno = before;
}

bool put_null_at_standard_descriptors() noexcept {
    const int null = ::open("/dev/null", O_RDWR);
    if (null < 0) {
        return false;
    }
    bool done = true;
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        done = ::dup2(null, standard) >= 0 && done;
    }
    if (null > STDERR_FILENO) {
        ::close(null);
    }
    return done;
}

}  // namespace

int procmgr_daemon(int, unsigned flags) {
    if ((flags & PROCMGR_DAEMON_NOCHDIR) == 0 && ::chdir("/") != 0) {
        return -1;
    }
    if ((flags & PROCMGR_DAEMON_NODEVNULL) == 0 && !put_null_at_standard_descriptors()) {
        return -1;
    }
    if ((flags & PROCMGR_DAEMON_KEEPUMASK) == 0) {
        ::umask(0);
    }
    leave_session();
    return 0;
}

int procmgr_detach(int) {
    leave_session();
    return 0;
}

int procmgr_ability(pid_t, unsigned, ...) {
    return EOK;
}
