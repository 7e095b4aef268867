#!/usr/bin/env python3
"""Fails on a descriptor that is made without being closed on exec from the beginning: a program that
another thread starts in between would have it. Calls of the kernel are found where they are written with
`::` in front, as they are here. Usage: descriptors.py [ROOT]"""

import re
import sys

from calls import calls_in, find_strangers
from sources import report, root_from_arguments, source_files

# What each call is asked by.
ASKED_BY = {
    "open": "O_CLOEXEC",
    "open64": "O_CLOEXEC",
    "openat": "O_CLOEXEC",
    "pipe2": "O_CLOEXEC",
    "dup3": "O_CLOEXEC",
    "mkostemp": "O_CLOEXEC",
    "socket": "SOCK_CLOEXEC",
    "socketpair": "SOCK_CLOEXEC",
    "accept4": "SOCK_CLOEXEC",
    "eventfd": "EFD_CLOEXEC",
    "epoll_create1": "EPOLL_CLOEXEC",
    "timerfd_create": "TFD_CLOEXEC",
    "signalfd": "SFD_CLOEXEC",
    "inotify_init1": "IN_CLOEXEC",
    "memfd_create": "MFD_CLOEXEC",
    "recvmsg": "MSG_CMSG_CLOEXEC",
    "recvmmsg": "MSG_CMSG_CLOEXEC",
}
# Those that cannot be asked, and what takes their place.
INSTEAD = {
    "creat": "open",
    "pipe": "pipe2",
    "dup": "fcntl(F_DUPFD_CLOEXEC)",
    "dup2": "dup3",
    "accept": "accept4",
    "epoll_create": "epoll_create1",
    "inotify_init": "inotify_init1",
    "mkstemp": "mkostemp",
    "tmpfile": "memfd_create",
    "popen": "pipe2 and posix_spawn",
}
KERNEL = re.compile(rf"(?<![\w>])::({'|'.join([*ASKED_BY, *INSTEAD, 'fcntl'])})\s*\(")
BY_MODE = re.compile(r"(?<!\w)(?:std::|::)(?:fopen|fopen64|freopen)\s*\(")
STREAM = re.compile(r"\bstd::[io]?fstream\s+\w+\s*[({]|\bstd::[io]?fstream\s*[({]")

PROGRAMS_OWN = "the call of a program for QNX, which says itself what it wants"
STANDARD = "becomes a standard descriptor, which programs are to have"
KNOWN = {
    "tocsin/qnx/rooted_calls.cpp": {
        "::open(found.get(), flags)": PROGRAMS_OWN,
        "::open(found.get(), flags, mode)": PROGRAMS_OWN,
        "::creat(FoundPath{path, Wanted::a_new_name}.get(), mode)": PROGRAMS_OWN,
        "std::fopen(FoundPath{path, makes ? Wanted::a_new_name : Wanted::what_is_there}.get(), mode)":
            PROGRAMS_OWN,
    },
    "tocsin/qnx/procmgr.cpp": {
        '::open("/dev/null", O_RDWR)': STANDARD,
        "::dup2(null, standard)": STANDARD,
    },
    "tocsin/cli/command.cpp": {'::open("/dev/null", O_RDWR)': STANDARD},
    "tocsin/ivykis/popen.cpp": {"::dup2(descriptor, number)": STANDARD},
    "tocsin/resource/janitor.cpp": {
        "::dup2(life, own_life)": "of a process that executes nothing",
        "::dup2(safe_root, own_root)": "of a process that executes nothing",
    },
}


def fault_of_kernel_call(call):
    name = re.match(r"::(\w+)", call).group(1)
    if name == "fcntl":
        return "say F_DUPFD_CLOEXEC" if re.search(r"\bF_DUPFD\b", call) else None
    if name in INSTEAD:
        return f"say {INSTEAD[name]}"
    asked = re.search(rf"\b{ASKED_BY[name]}\b", call)
    return None if asked else f"say {ASKED_BY[name]}"


def fault_of_mode(call):
    mode = re.search(r'::\w+\((?:"[^"]*"|[^",])*,\s*"([^"]*)"', call)
    return None if mode and "e" in mode.group(1) else 'say "e" in its mode'


def fault_of_stream(_):
    return "a stream cannot be asked: see tocsin/base/read_file.h"


FAULTS = ((KERNEL, fault_of_kernel_call), (BY_MODE, fault_of_mode), (STREAM, fault_of_stream))


def faults_in(text):
    for pattern, fault_of in FAULTS:
        for number, call in calls_in(text, pattern):
            fault = fault_of(call)
            if fault:
                yield number, call, f"it is not closed on exec: {fault}"


def find_problems(root, known=None):
    found = []
    for path in source_files(root, ["tocsin"]):
        for number, call, fault in faults_in((root / path).read_text()):
            found.append((str(path), number, call, fault))
    return find_strangers(found, KNOWN if known is None else known)


if __name__ == "__main__":
    sys.exit(report(find_problems(root_from_arguments()), "descriptors"))
