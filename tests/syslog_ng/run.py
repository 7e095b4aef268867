"""A syslog-ng of its own under one load, once or many times, and what came of it."""

import subprocess
import tempfile
import time
from dataclasses import dataclass, field

from configuration import Configuration
from daemon import Daemon
from lines import check_lines
from loads import Load
from sending import SECONDS_MAX, Progress, count_arrived, end_sender, start_sender
from waiting import Late, wait_until

SECONDS_TO_CLOSE = 30


@dataclass
class Outcome:
    load: Load
    lines: int = 0
    seconds: float = 0
    processor_seconds: float = 0
    memory_kib: int = 0
    files: int = 0
    threads: int = 0
    problems: list = field(default_factory=list)

    def microseconds_per_line(self):
        return self.processor_seconds * 1e6 / max(1, self.lines)


class Run:
    """To be used in a `with`: afterwards the syslog-ng has ended, and the outcome tells how."""

    def __init__(self, load, library):
        self.load, self.library = load, library
        self.outcome = Outcome(load)
        self.sent = {}

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="tocsin-syslog-ng-")
        self.daemon = Daemon(self.folder.name,
                             self.load.configuration or Configuration((self.load.source,)), self.library)
        return self

    def __exit__(self, kind, error, trace):
        expected = isinstance(error, (Late, OSError, subprocess.SubprocessError))
        if expected:
            arrived = count_arrived(self.daemon)
            self.outcome.problems.append(f"{error}; {arrived:,} lines had arrived")
        self.outcome.problems += self.daemon.problems_at_end()
        if not expected and self.daemon.lines.exists():
            self.outcome.problems += check_lines(self.daemon.lines, self.sent).problems()
        self.folder.cleanup()
        return expected

    def become_ready(self):
        self.daemon.wait_until_ready()
        self.outcome.problems += self.library.problems_of(self.daemon.pid)

    def send(self, lines):
        """From the first line to the moment when the last has arrived and its connection is closed.
        The processor time that took, for each line, in microseconds."""
        before, began = self.daemon.state(), time.monotonic()
        progress = Progress(self.daemon, self.load.patience)
        sent = self.send_by(progress, lines)
        self.sent |= sent
        wait_until(lambda: progress.is_over(sum(self.sent.values())), SECONDS_MAX, "all lines")
        wait_until(lambda: self.daemon.state().sockets == before.sockets, SECONDS_TO_CLOSE,
                   "the end of its connections")
        after = self.daemon.state()
        seconds = after.processor_seconds - before.processor_seconds
        outcome, count = self.outcome, sum(sent.values())
        outcome.lines += count
        outcome.seconds += time.monotonic() - began
        outcome.processor_seconds += seconds
        outcome.memory_kib = max(outcome.memory_kib, after.memory_kib)
        outcome.files = max(outcome.files, progress.files)
        outcome.threads = max(outcome.threads, progress.threads)
        return seconds * 1e6 / count

    def send_by(self, progress, lines):
        """How many lines went over which connection; the connections differ each time."""
        first = max(self.sent, default=-1) + 1
        sender = start_sender(self.daemon, self.load, lines, first)
        try:
            if self.load.reloads:
                self.reload_meanwhile(sender, progress, lines)
            else:
                goal = sum(self.sent.values()) + lines
                wait_until(lambda: progress.is_over(goal), SECONDS_MAX, "all lines")
            return end_sender(sender, SECONDS_TO_CLOSE)
        finally:
            sender.kill()
            sender.wait()

    def reload_meanwhile(self, sender, progress, lines):
        """Each reload begins, and ends, while lines go on arriving."""
        already = sum(self.sent.values())
        for n in range(self.load.reloads):
            goal = already + lines * (n + 1) // (self.load.reloads + 2)
            progress.wait_for(goal, "lines before a reload")
            self.daemon.reload(by_signal=n % 2 == 1)
            goal = count_arrived(self.daemon) + self.load.connections
            progress.wait_for(goal, "lines after a reload")
            if sender.poll() is not None:
                raise Late("the sender ended before the reloads did")

    def check(self):
        """What syslog-ng and the kernel say at the end."""
        problems = self.library.problems_of(self.daemon.pid) + self.daemon.problems_in_statistics()
        if self.load.kind == "udp":
            dropped = self.daemon.dropped_by_kernel(self.daemon.port("udp"))
            if dropped:
                problems.append(f"the kernel dropped {dropped} datagrams that syslog-ng had to read")
        self.outcome.problems += problems


def run_load(load, total, library):
    """Puts a new syslog-ng under the load, once; its outcome."""
    with Run(load, library) as run:
        run.become_ready()
        run.send(load.lines_of(total))
        run.check()
    return run.outcome
