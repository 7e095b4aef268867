// SignalWaitinfo(): signals are the kernel's own. Private to tocsin/qnx.
#include <cerrno>
#include <csignal>
#include <sys/neutrino.h>

int SignalWaitinfo(const sigset_t* signals, siginfo_t* info) {
    return ::sigwaitinfo(signals, info);
}

// The form that leaves errno alone.
int SignalWaitinfo_r(const sigset_t* signals, siginfo_t* info) {
    const int before = errno;
    const int number = ::sigwaitinfo(signals, info);
    const int result = number < 0 ? -errno : number;
    errno = before;
    return result;
}
