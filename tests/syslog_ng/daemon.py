"""An unmodified syslog-ng in the foreground, in a folder of its own, on the library asked for."""

import ctypes
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from waiting import Late, wait_until

PROGRAM = "/usr/sbin/syslog-ng"
CONTROL = "/usr/sbin/syslog-ng-ctl"
SECONDS_TO_START = 30
SECONDS_TO_END = 60
SECONDS_TO_RELOAD = 60
COMPLAINT = re.compile(
    r"\b(error|fatal|dropp|exceed|concurrent connections|assert)|sanitizer", re.IGNORECASE)
# Of a destination that is not there, on purpose.
NO_COMPLAINT = re.compile(r"error='(Connection refused|No such file or directory) ")
RELOADED = "Configuration reload finished"


@dataclass
class State:
    """What the process holds at one moment."""

    processor_seconds: float
    memory_kib: int
    files: int
    sockets: int
    threads: int


def end_with_parent():
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Daemon:
    def __init__(self, folder, configuration, library):
        self.folder, self.library = Path(folder), library
        self.log = self.folder / "log"
        self.lines = self.folder / "lines"
        path = configuration.write(folder)
        command = [PROGRAM, "--foreground", "--no-caps", "--stderr", "--verbose",
                   "--cfgfile", path, "--persist-file", self.folder / "persist",
                   "--pidfile", self.folder / "pid", "--control", self.folder / "control"]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                command, cwd=folder, env=library.environment(), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, preexec_fn=end_with_parent)
        self.pid = self.process.pid

    def said(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_until_ready(self):
        def is_ready():
            self.check_alive()
            return "starting up" in self.said() and (self.folder / "control").exists()

        wait_until(is_ready, SECONDS_TO_START, "the start of syslog-ng")

    def check_alive(self):
        if self.process.poll() is not None:
            raise Late(f"syslog-ng ended by itself, exit code {self.process.returncode}")

    # What it holds

    def state(self):
        self.check_alive()
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        files = self.open_files()
        return State(
            processor_seconds=self.processor_seconds(),
            memory_kib=int(re.search(r"VmRSS:\s+(\d+)", status).group(1)),
            files=len(files),
            sockets=sum(file.startswith("socket:") for file in files),
            threads=int(re.search(r"Threads:\s+(\d+)", status).group(1)))

    def processor_seconds(self):
        """utime + stime of the whole process, ended threads included, in nanoseconds instead of
        the hundredths of a second of /proc/PID/stat: clock_getcpuclockid(3)."""
        CPUCLOCK_SCHED = 2
        return time.clock_gettime((~self.pid << 3) | CPUCLOCK_SCHED)

    def open_files(self):
        files = []
        for entry in os.scandir(f"/proc/{self.pid}/fd"):
            try:
                files.append(os.readlink(entry.path))
            except FileNotFoundError:  # closed since
                pass
        return files

    def port(self, kind):
        """On which it listens for tcp or udp."""
        inodes = {file[8:-1] for file in self.open_files() if file.startswith("socket:")}
        wanted = {"tcp": "0A", "udp": "07"}[kind]  # listening, unconnected
        for line in Path(f"/proc/net/{kind}").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == wanted and fields[9] in inodes:
                return int(fields[1].split(":")[1], 16)
        raise Late(f"syslog-ng listens on no {kind} port")

    def dropped_by_kernel(self, port):
        """Datagrams for which its socket had no room."""
        for line in Path("/proc/net/udp").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[1].endswith(f":{port:04X}"):
                return int(fields[12])
        return 0

    # What it is told

    def control(self, command):
        said = subprocess.run(
            [CONTROL, command, f"--control={self.folder}/control"], timeout=SECONDS_TO_RELOAD,
            env=self.library.environment(), capture_output=True, text=True, check=False)
        if said.returncode != 0:
            raise Late(f"syslog-ng-ctl {command}: exit code {said.returncode}: {said.stderr}")
        return said.stdout

    def reload(self, by_signal=False):
        before = self.said().count(RELOADED)
        if by_signal:
            os.kill(self.pid, signal.SIGHUP)
        else:
            self.control("reload")
        wait_until(lambda: self.said().count(RELOADED) > before, SECONDS_TO_RELOAD, "a reload")

    def problems_in_statistics(self):
        dropped = [line for line in self.control("stats").splitlines()
                   if ";dropped;" in line and not line.endswith(";0")]
        return [f"syslog-ng itself says: {line}" for line in dropped]

    def end(self):
        """By SIGTERM; its exit code, or why it has none."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return "none: it had to be killed"

    def problems_at_end(self):
        """Ends it; what was wrong with that, and what it complained of."""
        status = self.end()
        lines = self.said().splitlines()
        complaints = [f"syslog-ng complains: {line}" for line in lines
                      if COMPLAINT.search(line) and not NO_COMPLAINT.search(line)]
        if status == 0:
            return complaints
        last_words = [f"its last words: {line}" for line in lines[-5:]]
        return [f"the exit code of syslog-ng: {status}", *complaints, *last_words]
