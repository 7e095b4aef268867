// Stands in for the calls that wait. For tests.
#include <tests/failure/stand_in.h>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/wait.h>

using tocsin::failure::Call;
using tocsin::failure::Caller;
using tocsin::failure::stand_in;

extern "C" {

// Taking out is not refused by any kernel that has taken in.
int epoll_ctl(int set, int operation, int descriptor, epoll_event* event) noexcept {
    const Caller nobody{nullptr};
    return stand_in<Call::epoll_ctl, int>(operation == EPOLL_CTL_DEL ? nobody : Caller{}, set,
                                          operation, descriptor, event);
}

int epoll_wait(int set, epoll_event* events, int count, int timeout) {
    return stand_in<Call::epoll_wait, int>(Caller{}, set, events, count, timeout);
}

int epoll_pwait2(int set, epoll_event* events, int count, const timespec* timeout,
                 const sigset_t* mask) {
    return stand_in<Call::epoll_pwait2, int>(Caller{}, set, events, count, timeout, mask);
}

int poll(pollfd* entries, nfds_t count, int timeout) {
    return stand_in<Call::poll, int>(Caller{}, entries, count, timeout);
}

int ppoll(pollfd* entries, nfds_t count, const timespec* timeout, const sigset_t* mask) {
    return stand_in<Call::ppoll, int>(Caller{}, entries, count, timeout, mask);
}

int inotify_add_watch(int set, const char* path, std::uint32_t mask) noexcept {
    return stand_in<Call::inotify_add_watch, int>(Caller{}, set, path, mask);
}

// Who does not wait is not interrupted.
int waitid(idtype_t kind, id_t number, siginfo_t* info, int options) {
    const Caller nobody{nullptr};
    return stand_in<Call::waitid, int>((options & WNOHANG) != 0 ? nobody : Caller{}, kind, number,
                                       info, options);
}

pid_t wait4(pid_t child, int* status, int options, rusage* usage) noexcept {
    const Caller nobody{nullptr};
    return stand_in<Call::wait4, pid_t>((options & WNOHANG) != 0 ? nobody : Caller{}, child, status,
                                        options, usage);
}
}
