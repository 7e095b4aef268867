"""The loads that syslog-ng is put under, each on a syslog-ng of its own, and what came of each."""

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from configuration import Configuration
from daemon import Daemon
from lines import LINE_SIZE, check_lines
from waiting import Late, wait_until

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("TOCSIN_BIN_DIR", ROOT / "build/release/bin")).absolute()
SENDER = BIN / "syslog-ng-sender"
SECONDS_MAX = 300
SECONDS_TO_CLOSE = 30
SECONDS_WITHOUT_A_LINE_MAX = 10
LOOKS_PER_STATE = 10


@dataclass(frozen=True)
class Load:
    """`share` is that of all lines, in hundredths; `lines` is a number that does not grow with them."""

    name: str
    what: str
    source: str
    kind: str
    connections: int = 1
    share: int = 0
    lines: int = 0
    rate: int = 0
    reloads: int = 0
    configuration: Configuration = None
    fault: str = ""
    patience: float = SECONDS_WITHOUT_A_LINE_MAX

    def lines_of(self, total):
        return self.lines or max(self.connections, total * self.share // 100)

    def is_paced(self):
        return bool(self.rate) and not self.reloads


LOADS = [
    Load("tcp-1", "TCP, 1 connection", "tcp", "tcp", share=27),
    Load("tcp-10", "TCP, 10 connections", "tcp", "tcp", 10, share=27),
    Load("tcp-100", "TCP, 100 connections", "tcp", "tcp", 100, share=27),
    Load("tcp-small", "TCP, 10 connections, 10 lines a job", "tcp, as it comes", "tcp", 10, share=10),
    Load("tcp-paced", "TCP, a line every millisecond", "tcp", "tcp", lines=2000, rate=1000),
    Load("udp", "UDP, 5,000 a second", "udp", "udp", lines=10_000, rate=5000),
    Load("unix", "Unix datagrams", "unix", "unix", share=2),
    Load("reload", "TCP, three reloads meanwhile", "tcp", "tcp", 10, share=10, rate=40_000, reloads=3),
    Load("pipe", "a named pipe", "pipe", "file", share=2),
    Load("file", "a file that grows", "file", "file", share=2),
    Load("folder", "a folder that is watched", "folder", "file", share=2),
]
PLACES = {"unix": "socket", "pipe": "pipe", "file": "followed", "folder": "watched/one.log"}


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


def place_of(daemon, load):
    """Where the sender sends."""
    if load.kind in ("tcp", "udp"):
        return str(daemon.port(load.kind))
    return str(daemon.folder / PLACES[load.source])


def start_sender(daemon, load, lines, first=0):
    command = [SENDER, load.kind, place_of(daemon, load), "--lines", str(lines),
               "--connections", str(load.connections), "--rate", str(load.rate),
               "--first", str(first)]
    command += ["--hold"] if load.reloads else []
    command += ["--fault", load.fault] if load.fault else []
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def end_sender(sender):
    """Lets it come to its end; how many lines went over which connection."""
    said, _ = sender.communicate(timeout=SECONDS_MAX)
    if sender.returncode != 0:
        raise Late(f"the sender: exit code {sender.returncode}")
    return {int(number): int(count) for number, count in (line.split() for line in said.splitlines())}


def count_arrived(daemon):
    try:
        return daemon.lines.stat().st_size // LINE_SIZE
    except FileNotFoundError:
        return 0


class Progress:
    """Whether lines still arrive, and the most that the process held meanwhile."""

    def __init__(self, daemon, patience):
        self.daemon, self.patience = daemon, patience
        self.count, self.when = -1, time.monotonic()
        self.looks, self.files, self.threads = 0, 0, 0

    def look(self):
        """Not each time: it costs the machine more than the count does."""
        if self.looks % LOOKS_PER_STATE == 0:
            state = self.daemon.state()
            self.files = max(self.files, state.files)
            self.threads = max(self.threads, state.threads)
        self.looks += 1

    def is_done(self, expected):
        self.daemon.check_alive()
        self.look()
        count = count_arrived(self.daemon)
        if count != self.count:
            self.count, self.when = count, time.monotonic()
        return count >= expected or time.monotonic() > self.when + self.patience

    def wait_for(self, count, what):
        wait_until(lambda: self.is_done(count), SECONDS_MAX, what)
        if count_arrived(self.daemon) < count:
            raise Late(f"{what}: {count:,} expected, then none came for {self.patience:g} s")


def reload_under_load(daemon, sender, load, lines, progress):
    """Each reload begins, and ends, while lines go on arriving."""
    for n in range(load.reloads):
        progress.wait_for(lines * (n + 1) // (load.reloads + 2), "lines before a reload")
        daemon.reload(by_signal=n % 2 == 1)
        progress.wait_for(count_arrived(daemon) + load.connections, "lines after a reload")
        if sender.poll() is not None:
            raise Late("the sender ended before the reloads did")


def drive(daemon, load, lines, outcome):
    """From the first line to the moment when the last has arrived and its connection is closed."""
    before, began = daemon.state(), time.monotonic()
    progress = Progress(daemon, load.patience)
    sender = start_sender(daemon, load, lines)
    try:
        if load.reloads:
            reload_under_load(daemon, sender, load, lines, progress)
        else:
            wait_until(lambda: progress.is_done(lines), SECONDS_MAX, "all lines")
        sent = end_sender(sender)
    finally:
        sender.kill()
    outcome.lines = sum(sent.values())
    wait_until(lambda: progress.is_done(outcome.lines), SECONDS_MAX, "all lines")
    wait_until(lambda: daemon.state().sockets == before.sockets, SECONDS_TO_CLOSE,
               "the end of its connections")
    after = daemon.state()
    outcome.seconds = time.monotonic() - began
    outcome.processor_seconds = after.processor_seconds - before.processor_seconds
    outcome.memory_kib = after.memory_kib
    outcome.files, outcome.threads = progress.files, progress.threads
    return sent


def run_on(daemon, load, lines, outcome):
    daemon.wait_until_ready()
    outcome.problems += daemon.library.problems_of(daemon.pid)
    sent = drive(daemon, load, lines, outcome)
    outcome.problems += daemon.library.problems_of(daemon.pid)
    outcome.problems += daemon.problems_in_statistics()
    if load.kind == "udp" and (dropped := daemon.dropped_by_kernel(daemon.port("udp"))):
        outcome.problems.append(f"the kernel dropped {dropped} datagrams before syslog-ng read them")
    return sent


def run_load(load, total, library):
    """Puts a new syslog-ng under the load; its outcome."""
    outcome, sent = Outcome(load), None
    with tempfile.TemporaryDirectory(prefix="tocsin-syslog-ng-") as folder:
        daemon = Daemon(folder, load.configuration or Configuration((load.source,)), library)
        try:
            sent = run_on(daemon, load, load.lines_of(total), outcome)
        except (Late, OSError, subprocess.SubprocessError) as error:
            outcome.problems.append(str(error))
        finally:
            outcome.problems += daemon.problems_at_end()
        if sent is not None:
            outcome.problems += check_lines(daemon.lines, sent).problems()
    return outcome


def with_fault(load, fault):
    """The same load by a sender that swaps, loses, repeats or damages a line."""
    return replace(load, fault=fault, patience=1)
