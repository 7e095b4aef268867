"""A manager that is watched from outside: what it holds, and whether it still serves."""

import os
import signal
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("TOCSIN_BIN_DIR", ROOT / "build/release/bin")).absolute()
PATIENCE = 30  # seconds; what should happen happens at once


class Broken(Exception):
    """Something did not come out as it must; the text says what."""


def eventually(holds, what):
    """Waits until `holds()`."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise Broken(f"{what}: not after {PATIENCE} seconds")
        time.sleep(0.005)


def mounts():
    """The paths where something of Tocsin's is mounted."""
    with open("/proc/self/mounts", encoding="utf-8") as lines:
        return sorted(line.split()[1] for line in lines if "fuse.tocsin" in line)


def client(*arguments, **options):
    """A process of chaos_client."""
    return subprocess.Popen([BIN / "chaos_client", *map(str, arguments)], text=True,
                            stdout=subprocess.PIPE, **options)


class Manager:
    """A sample_device at `path`, killed at the end. `limit`: how many descriptors it may have."""

    def __init__(self, path, limit=None):
        self.path = path
        way = ["prlimit", f"--nofile={limit}:{limit}"] if limit else []
        self.process = subprocess.Popen([*way, BIN / "sample_device", path], stdout=subprocess.PIPE)
        eventually(lambda: path in mounts() and os.path.exists(path), f"{path} is served")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end(signal.SIGTERM)
        eventually(lambda: self.path not in mounts(), f"{self.path} is unmounted")

    def end(self, number):
        """As a signal ends it."""
        self.process.send_signal(number)
        self.process.wait()
        self.process.stdout.close()

    @property
    def pid(self):
        return self.process.pid

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def threads(self):
        return len(os.listdir(f"/proc/{self.pid}/task"))

    def memory(self):
        """What of it is in memory, in KiB."""
        with open(f"/proc/{self.pid}/status", encoding="utf-8") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))

    def ticks(self):
        """The processor time that it has used, in hundredths of a second."""
        with open(f"/proc/{self.pid}/stat", encoding="utf-8") as line:
            fields = line.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def drain(self):
        """Takes what clients have written; the manager answers."""
        file = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            while os.read(file, 4096):
                pass
        except BlockingIOError:
            pass
        finally:
            os.close(file)
