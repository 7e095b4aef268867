#!/usr/bin/env python3
"""Says what this machine can do for Tocsin, and what that means. Needs no build.

Exit status: 0 when paths can be served here, 1 when only sockets can; ./dev run works in both cases.
"""

import ctypes
import os
import resource
import sys

from fuse_mount import why_not_mount

LIBC = ctypes.CDLL(None, use_errno=True)
EPOLL_PWAIT2 = 441
PIDFD_OPEN = 434
DESCRIPTORS_WANTED = 4096


def fails(*call):
    """The name of the error that a raw system call gives, or None when it works."""
    result = LIBC.syscall(*(ctypes.c_long(argument) for argument in call))
    if result < 0:
        return os.strerror(ctypes.get_errno())
    if result > 2:
        os.close(result)
    return None


def check_eventfd():
    try:
        os.close(os.eventfd(0))
    except OSError as error:
        return False, (
            f"{error.strerror}: a socket pair or a pipe takes its place, so each loop and raw event "
            "takes two descriptors. To change it: allow eventfd2 in the seccomp profile"
        )
    return True, "a wake-up is one descriptor and one system call"


def check_epoll_pwait2():
    epoll = LIBC.epoll_create1(0)
    if epoll < 0:
        return False, "no epoll at all: loops wait with poll, which grows slow with many descriptors"
    buffer, timeout = ctypes.create_string_buffer(16), (ctypes.c_long * 2)(0, 0)
    error = fails(
        EPOLL_PWAIT2, epoll, ctypes.addressof(buffer), 1, ctypes.addressof(timeout), 0, 0
    )
    os.close(epoll)
    if error:
        return False, (
            f"{error}: timers are rounded up to whole milliseconds. To change it: Linux 5.11 or newer, "
            "epoll_pwait2 allowed in the seccomp profile"
        )
    return True, "timers are exact to the nanosecond that the kernel can do"


def check_pidfd():
    error = fails(PIDFD_OPEN, os.getpid(), 0)
    if error:
        return False, (
            f"{error}: child processes are watched by SIGCHLD instead. "
            "To change it: Linux 5.3 or newer, pidfd_open allowed in the seccomp profile"
        )
    return True, "child processes are watched without SIGCHLD"


def check_mount():
    reason = why_not_mount()
    if reason:
        return False, (
            f"{reason}. `tocsin serve` of a path will not work; `tocsin serve --socket PATH` does, "
            "and ./dev run takes that way"
        )
    return True, "a path can be served to any program (tried: mounted and unmounted one)"


def check_other_users():
    if os.geteuid() == 0:
        return True, "root may serve a path to all users"
    try:
        with open("/etc/fuse.conf", encoding="utf-8") as lines:
            allowed = any(line.strip() == "user_allow_other" for line in lines)
    except OSError:
        allowed = False
    if not allowed:
        return False, (
            "only your own programs can open what you serve. "
            "To change it: add the line user_allow_other to /etc/fuse.conf, as root"
        )
    return True, "you may serve a path to all users"


def check_descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < DESCRIPTORS_WANTED:
        remedy = f"ulimit -n {min(hard, 1 << 16)}" if hard > soft else "raise nofile in limits.conf"
        return False, (
            f"{soft} at once (up to {hard}): enough for about {soft // 2} clients on sockets. "
            f"To change it: {remedy}"
        )
    return True, f"{soft} at once (up to {hard})"


# What is looked at, how, and whether serving a path needs it.
CHECKS = [
    ("eventfd", check_eventfd, False),
    ("epoll_pwait2", check_epoll_pwait2, False),
    ("pidfd_open", check_pidfd, False),
    ("fuse mount", check_mount, True),
    ("fuse for all users", check_other_users, False),
    ("descriptors", check_descriptors, False),
]


def examine():
    missing = 0
    needed = 0
    for name, look, is_needed in CHECKS:
        there, meaning = look()
        print(f"{'ok' if there else 'no':3} {name:19} {meaning}")
        missing += not there
        needed += is_needed and not there
    if needed:
        print("This machine cannot mount: ./dev run serves a Unix socket instead of a path.")
    elif missing:
        print("This machine can do the main job; what says no has a fallback.")
    else:
        print("This machine can do everything.")
    return 1 if needed else 0


def main():
    if sys.argv[1:] == ["--may-mount"]:
        reason = why_not_mount()
        print(reason or "mounting works")
        return 1 if reason else 0
    return examine()


if __name__ == "__main__":
    sys.exit(main())
