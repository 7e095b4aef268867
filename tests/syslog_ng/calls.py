"""How many system calls and context switches syslog-ng makes for each line, as perf counts them. A busy
machine changes these less than it does the processor time."""

import os
import shutil
import signal
import subprocess

from run import Run

CALLS = ("epoll_wait", "epoll_pwait", "epoll_pwait2", "epoll_ctl", "futex", "read", "write", "recvfrom",
         "writev", "timerfd_settime")
EVENTS = ["raw_syscalls:sys_enter", "context-switches",
          *(f"syscalls:sys_enter_{call}" for call in CALLS)]


def can_count():
    """Whether there is a perf here that may count system calls."""
    command = ["perf", "stat", "-e", EVENTS[0], "true"]
    return bool(shutil.which("perf")) and subprocess.run(command, capture_output=True,
                                                         check=False).returncode == 0


class Counter:
    """perf, attached to a process, in a `with`; afterwards `counts` tells how often what happened."""

    def __init__(self, process):
        self.process, self.counts = process, {}

    def __enter__(self):
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        self.perf = subprocess.Popen(
            ["perf", "stat", "-x", ",", "-D", "-1", f"--control=fd:{theirs_in},{theirs_out}",
             "-e", ",".join(EVENTS), "-p", str(self.process)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            pass_fds=(theirs_in, theirs_out))
        os.close(theirs_in)
        os.close(theirs_out)
        with os.fdopen(ours_out, "wb") as orders, os.fdopen(ours_in, "rb") as answers:
            orders.write(b"enable\n")
            orders.flush()
            answers.readline()
        return self

    def __exit__(self, *_):
        self.perf.send_signal(signal.SIGINT)
        for line in self.perf.communicate()[1].splitlines():
            fields = line.split(",")
            if len(fields) > 2 and fields[0].isdigit():
                name = fields[2].removeprefix("syscalls:sys_enter_")
                self.counts[name] = int(fields[0])


def row_of(load, library, counts, lines):
    """What one library costs under one load, for each line."""
    counts = {name: count / lines for name, count in counts.items()}
    every = counts.pop(EVENTS[0], 0)
    switches = counts.pop("context-switches", 0)
    most = sorted(counts.items(), key=lambda item: -item[1])
    shown = ", ".join(f"{name} {count:.2f}" for name, count in most if count >= 0.005)
    return f"  {load.name:10} {library:6} {every:7.2f} {switches:9.2f}  {shown}"


def count_calls(loads, total, libraries, show):
    """Calls show() with a line for each load and library; returns the problems. `libraries` by name."""
    problems = []
    show(f"  {'load':10} {'':6} {'calls':>7} {'switches':>9}  for a line; and which calls")
    for load in loads:
        for name, library in libraries.items():
            with Run(load, library) as run:
                run.become_ready()
                run.send(load.lines_of(total) // 10)  # to warm up
                with Counter(run.daemon.pid) as counter:
                    before = run.outcome.lines
                    run.send(load.lines_of(total))
                show(row_of(load, name, counter.counts, run.outcome.lines - before))
            problems += run.outcome.problems
    return problems
