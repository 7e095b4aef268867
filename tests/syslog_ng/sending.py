"""The sender as a process, and whether what it sends arrives."""

import os
import subprocess
import time
from pathlib import Path

from lines import LINE_SIZE
from waiting import Late, wait_until

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("TOCSIN_BIN_DIR", ROOT / "build/release/bin")).absolute()
SENDER = BIN / "syslog-ng-sender"
SECONDS_MAX = 300
LOOKS_PER_STATE = 10
PLACES = {"unix": "socket", "pipe": "pipe", "file": "followed", "folder": "watched/one.log"}


def place_of(daemon, load):
    """Where the sender sends."""
    if load.kind in ("tcp", "udp"):
        return str(daemon.port(load.kind))
    return str(daemon.folder / PLACES[load.source])


def start_sender(daemon, load, lines, first=0):
    """`first` is the number of its first connection."""
    command = [SENDER, load.kind, place_of(daemon, load), "--lines", str(lines),
               "--connections", str(load.connections), "--rate", str(load.rate),
               "--first", str(first)]
    command += ["--hold"] if load.reloads else []
    command += ["--fault", load.fault] if load.fault else []
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def end_sender(sender, seconds=SECONDS_MAX):
    """Lets it come to its end; how many lines went over which connection."""
    try:
        said, _ = sender.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        sender.kill()
        raise Late(f"the sender cannot go on, for {seconds} s: nobody reads") from None
    if sender.returncode != 0:
        raise Late(f"the sender: exit code {sender.returncode}")
    return {int(number): int(count) for number, count in map(str.split, said.splitlines())}


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

    def is_over(self, expected):
        """All have arrived, or none has for as long as one is ready to wait."""
        self.daemon.check_alive()
        self.look()
        count = count_arrived(self.daemon)
        if count != self.count:
            self.count, self.when = count, time.monotonic()
        return count >= expected or time.monotonic() > self.when + self.patience

    def wait_for(self, count, what):
        wait_until(lambda: self.is_over(count), SECONDS_MAX, what)
        if count_arrived(self.daemon) < count:
            raise Late(f"{what}: {count:,} expected, then none came for {self.patience:g} s")
