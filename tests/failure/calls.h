// The calls of libc that tests make fail, and with which errors. For tests.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tocsin::failure {

// Named as in the manual; `allocation` is malloc and its kin. A system call that is made by
// syscall(2) counts as the function of its name; but write(2) and sendto(2) as `ring`, because
// posts are made so: who is told that the bell is full knows that it has been rung. What is read or
// written `at_once` is a descriptor that does not let its callers wait.
enum class Call : std::uint8_t {
    allocation,
    mmap,
    mremap,
    madvise,
    open,
    fopen,
    opendir,
    eventfd,
    epoll_create1,
    socketpair,
    pipe2,
    socket,
    accept4,
    memfd_create,
    timerfd_create,
    inotify_init1,
    pidfd_open,
    fcntl,
    close,
    epoll_ctl,
    epoll_pwait2,
    epoll_wait,
    poll,
    ppoll,
    inotify_add_watch,
    bind,
    connect,
    listen,
    getsockopt,
    setsockopt,
    ring,
    read,
    read_at_once,
    write,
    write_at_once,
    writev,
    pwrite,
    splice,
    send,
    sendmsg,
    recvmsg,
    ftruncate,
    flock,
    fstat,
    stat,
    lstat,
    statx,
    access,
    readlink,
    link,
    mkdir,
    unlink,
    chmod,
    mount,
    getrandom,
    pthread_create,
    fork,
    posix_spawnp,
    waitid,
    waitid_of_pidfd,
    wait4,
    timer_create,
    sigqueue,
    nanosleep,
};
inline constexpr std::size_t call_count = static_cast<std::size_t>(Call::nanosleep) + 1;

[[nodiscard]] constexpr std::size_t index_of(Call call) noexcept {
    return static_cast<std::size_t>(call);
}

// An error that a call may report.
struct Failure {
    int error;
    // Whether it may go on for ever. What says "again" may not: who is told so tries again, and is
    // right.
    bool lasts = true;
};

[[nodiscard]] const char* name_of(Call call) noexcept;

// What the call's page in the manual says of the world: shortage, interruption, an older kernel or
// a sandbox. What it says of mistaken callers is left out.
[[nodiscard]] std::span<const Failure> failures_of(Call call) noexcept;

}  // namespace tocsin::failure
