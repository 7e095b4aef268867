"""Runs the tests of one program with one of its mutants switched on, or with none."""

import mmap
import os
import resource
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

COUNT_MAX = 1 << 16  # as in switch.h
MEMORY_MAX = 4 << 30


@dataclass
class Test:
    name: str
    seconds: float = 0
    reached: frozenset = field(default_factory=frozenset)


def _limit():
    os.setsid()
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_MAX, MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def passes(program, tests, seconds, mutant=0, reached=None):
    """Whether all of them pass within that time. What they have started is gone afterwards."""
    environment = dict(os.environ, MUTANT=str(mutant))
    if reached is not None:
        environment["MUTANTS_REACHED"] = reached
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        environment["TMPDIR"] = folder
        process = subprocess.Popen(
            [program, "--gtest_fail_fast", "--gtest_filter=" + ":".join(tests)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=environment, cwd=folder, preexec_fn=_limit,
        )
        try:
            return process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()


def names_in(program):
    """The tests of a program, as its filter has them."""
    listed = subprocess.run(
        [program, "--gtest_list_tests"], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    suite, names = "", []
    for line in listed.splitlines():
        if line.startswith("  "):
            names.append(suite + line.split("#")[0].strip())
        elif line.endswith(".") or ".  #" in line:
            suite = line.split("#")[0].strip()
    return [name for name in names if "DISABLED_" not in name]


def look_at(program, name):
    """How long a test takes and which mutants it reaches; None for one that fails by itself."""
    with tempfile.NamedTemporaryFile() as file:
        file.truncate(COUNT_MAX)
        begin = time.monotonic()
        if not passes(program, [name], 60, reached=file.name):
            return None
        seconds = time.monotonic() - begin
        with mmap.mmap(file.fileno(), COUNT_MAX, prot=mmap.PROT_READ) as view:
            content = view[:]
        reached = frozenset(number for number in range(1, COUNT_MAX) if content[number])
        return Test(name, seconds, reached)
