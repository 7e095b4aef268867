"""A manager that is watched from outside: what it holds, and whether it still serves."""

import os
import resource
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
        os.sched_yield()


def mounts(folder):
    """The paths below `folder` where something is mounted."""
    with open("/proc/self/mounts", encoding="utf-8") as lines:
        return [path for path in (line.split()[1] for line in lines) if path.startswith(folder)]


def may_have_descriptors(count):
    """Raises the limit of this process, and of all that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        raise Broken(f"this user may have {hard} descriptors, and {count} are needed: see ulimit -Hn")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))


class Client:
    """A process of chaos_client; killed at the end."""

    def __init__(self, *arguments, **options):
        self.process = subprocess.Popen([BIN / "chaos_client", *map(str, arguments)], text=True,
                                        stdout=subprocess.PIPE, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def waits(self):
        """Whether it waits now, and was not refused."""
        return self.process.stdout.readline() == "waits\n"

    def ended(self):
        """Its status; it has to come to its end."""
        try:
            return self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise Broken(f"after {PATIENCE} seconds a client still waits") from None

    def output(self):
        """All that it says, when it ends as it should."""
        try:
            said, _ = self.process.communicate(timeout=4 * PATIENCE)
        except subprocess.TimeoutExpired:
            raise Broken(f"after {4 * PATIENCE} seconds a client was not told") from None
        if self.process.returncode != 0:
            raise Broken("a client was refused, or ended by itself")
        return said


class Manager:
    """A sample_device at `path`, killed at the end. `limit`: how many descriptors it may have."""

    def __init__(self, path, limit=None):
        self.path = path
        way = ["prlimit", f"--nofile={limit}:{limit}"] if limit else []
        self.process = subprocess.Popen([*way, BIN / "sample_device", path], stdout=subprocess.PIPE)
        try:
            eventually(lambda: mounts(path) and os.path.exists(path), f"{path} is served")
        except BaseException:
            self.end(signal.SIGKILL)
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end(signal.SIGTERM)
        eventually(lambda: not mounts(self.path), f"{self.path} is unmounted")

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
