"""One syslog-ng for a long time: connections come and go, lines of all kinds arrive, it is reloaded;
then all is quiet, and it has to hold what it held before."""

import os
import subprocess
import time
from dataclasses import dataclass

from configuration import Configuration
from daemon import Daemon
from lines import check_lines
from sending import SENDER, count_arrived, end_sender
from waiting import Late, wait_until

SECONDS_QUIET_MAX = 40  # idle workers of ivykis leave after ten
SECONDS_MAX = 120
GROWTH_MAX_KIB = 2048
VISITORS = 50
VISITS = 20  # between two events

SOURCES = ("tcp", "udp", "unix")


@dataclass(frozen=True)
class Stream:
    """A sender that goes on for as long as a cycle does."""

    kind: str
    source: str
    first: int
    connections: int
    rate: int


# No pipe: syslog-ng leaves it while it is reloaded, and then its writers have no reader. No file: it is
# looked at ten times a second, so that no worker would ever be idle for long enough to leave.
STREAMS = [
    Stream("tcp", "tcp", 0, 1, 1000),
    Stream("tcp", "tcp", 100, 10, 2500),
    Stream("tcp", "tcp", 200, 100, 2500),
    Stream("udp", "udp", 400, 1, 1500),
    Stream("unix", "socket", 500, 1, 500),
]
FIRST_VISITOR = 1000


def growth_of(states):
    """Problems: what is more in the second half of the time than it was in the first."""
    half = len(states) // 2
    before, after = states[:half], states[half:]
    problems = []
    for what, allowed in (("files", 0), ("sockets", 0), ("threads", 0), ("memory_kib", GROWTH_MAX_KIB)):
        was = max(getattr(state, what) for state in before)
        now = max(getattr(state, what) for state in after)
        if now > was + allowed:
            problems.append(f"{what} grew from {was:,} to {now:,}")
    return problems


@dataclass
class Cycle:
    """What came of one: lines, what each took, and what was held when all was quiet again."""

    lines: int
    processor_seconds: float
    state: object
    problems: list


class Soak:
    def __init__(self, folder, library, work_seconds):
        self.daemon = Daemon(folder, Configuration(SOURCES), library)
        self.daemon.wait_until_ready()
        self.work_seconds = work_seconds
        self.ports = {kind: self.daemon.port(kind) for kind in ("tcp", "udp")}
        self.sockets_min = self.daemon.state().sockets
        self.before = self.last = self.become_quiet()
        # While the streams go on, and half of the visitors are still to be noticed to have left.
        self.sockets_max = (self.before.sockets + VISITORS // 2
                            + sum(stream.connections for stream in STREAMS if stream.kind == "tcp"))

    def send(self, stream, lines):
        where = self.ports.get(stream.kind) or self.daemon.folder / stream.source
        return subprocess.Popen(
            [SENDER, stream.kind, str(where), "--lines", str(lines), "--first", str(stream.first),
             "--connections", str(stream.connections), "--rate", str(stream.rate)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)

    def visit(self, first, seconds):
        """Connections that bring one line and leave, while others stay; how much each brought."""
        sent, began = {}, time.monotonic()
        for n in range(VISITS):
            visitors = Stream("tcp", "tcp", first + n * VISITORS, VISITORS, 0)
            sent |= end_sender(self.send(visitors, VISITORS))
            wait_until(lambda: self.daemon.state().sockets <= self.sockets_max, SECONDS_MAX,
                       "the end of the visitors")
            time.sleep(max(0, began + seconds * (n + 1) / VISITS - time.monotonic()))
        return sent

    def work(self):
        """Lines of all kinds, and meanwhile what happens to a daemon; how much went over which
        connection."""
        events = [lambda: self.daemon.reload(), lambda: self.daemon.control("reopen"),
                  lambda: self.daemon.reload(by_signal=True)]
        senders = [self.send(stream, int(stream.rate * self.work_seconds)) for stream in STREAMS]
        sent = {}
        for n, event in enumerate(events):
            first = FIRST_VISITOR + n * VISITS * VISITORS
            sent |= self.visit(first, self.work_seconds / (len(events) + 1))
            event()
        for sender in senders:
            sent |= end_sender(sender)
        return sent

    def become_quiet(self):
        """Waits until the connections are closed and the idle workers have left; what it holds then."""
        def is_quiet():
            state = self.daemon.state()
            return state.threads == 1 and state.sockets <= self.sockets_min

        try:
            wait_until(is_quiet, SECONDS_QUIET_MAX, "quiet")
        except Late:
            pass  # then growth_of() tells what has grown
        state = self.daemon.state()
        self.sockets_min = min(state.sockets, self.sockets_min)
        return state

    def run_cycle(self):
        sent = self.work()
        lines = sum(sent.values())
        wait_until(lambda: count_arrived(self.daemon) >= lines, SECONDS_MAX, f"{lines:,} lines")
        problems = check_lines(self.daemon.lines, sent).problems()
        os.truncate(self.daemon.lines, 0)
        state, was = self.become_quiet(), self.last
        self.last = state
        return Cycle(lines, state.processor_seconds - was.processor_seconds, state, problems)
