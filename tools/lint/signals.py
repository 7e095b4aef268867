#!/usr/bin/env python3
"""Fails on a call that sends a signal, but for those that are listed here with the reason. A number of a
process may be another's by the time it is used; so nobody is signalled but the own process, and children
that are there until they are waited for. Usage: signals.py [ROOT]"""

import re
import sys

from calls import calls_in, find_strangers
from sources import report, root_from_arguments, source_files

SENDING = re.compile(
    r"(?<![\w.>])(?:::)?"
    r"(?:kill|killpg|tkill|tgkill|raise|sigqueue|pthread_kill|pthread_sigqueue|pidfd_send_signal)\s*\("
    r"|\bSYS_(?:kill|tkill|tgkill|rt_sigqueueinfo|rt_tgsigqueueinfo|pidfd_send_signal)\b"
)

KNOWN = {
    "tocsin/qnx/events.cpp": {
        "SYS_rt_tgsigqueueinfo, info.si_pid, thread, info.si_signo, &info": "si_pid is getpid()",
        "SYS_rt_sigqueueinfo, self, info.si_signo, &info": "a thread of this process",
    },
    "tocsin/qnx/credentials.cpp": {
        "SYS_tgkill, thread, thread, 0": "no signal: whether the thread is the first of a process",
    },
    "tocsin/resource/placeholder.cpp": {
        "::kill(child, SIGKILL)": "its own child, which looks at a mount and has not answered",
    },
    "tocsin/cli/question.cpp": {
        "::kill(child_, SIGKILL)": "its own child, which asks a server",
    },
    "tocsin/ivykis/child_table.cpp": {
        "::kill(interest.pid, signal)": "iv_wait_interest_kill(), of a child that was not waited for",
    },
}


def find_problems(root, known=None):
    found = []
    for path in source_files(root, ["tocsin"]):
        for number, call in calls_in((root / path).read_text(), SENDING):
            found.append((str(path), number, call, "a signal: who gets it may be somebody else by now"))
    return find_strangers(found, KNOWN if known is None else known)


if __name__ == "__main__":
    sys.exit(report(find_problems(root_from_arguments()), "signals"))
