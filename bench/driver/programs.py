"""The benchmark programs: which there are, what they can measure, and one measurement by one of them."""

import functools
import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path

from . import processes
from .places import BIN, shown
from .problem import Problem

# Named, because a build folder also holds programs of other kinds and of earlier builds.
PATTERNS = ("bench-loops-*", "bench-notify", "bench-resource")
LISTING_SECONDS_MAX = 10
# A measurement is to be over in 30 seconds; the rest is for a machine that is busy.
SECONDS_MAX = 60


class MeasurementFailed(Exception):
    """A measurement gave no figures, or wrong ones; the text says why."""


@dataclass(frozen=True)
class Contestant:
    """One way of doing what a case is about, and the program that measures it."""

    case: str
    name: str
    version: str
    program: Path
    program_digest: str
    stamp: tuple

    def measure(self, seconds_max=SECONDS_MAX):
        """A dict of figures. Raises MeasurementFailed, or processes.TookTooLong; Problem when the
        program is no longer the one that the digest is of."""
        try:
            if stamp_of(self.program) != self.stamp:
                raise Problem(f"{shown(self.program)} was built anew during the run: start it again, which "
                              "measures the cases of that program afresh and goes on with the others")
            ended = processes.run([self.program, self.case, self.name], seconds_max)
        except OSError as problem:
            raise MeasurementFailed(f"{shown(self.program)}: {problem.strerror}") from problem
        if ended.status != 0:
            raise MeasurementFailed(ended.reason)
        return figures_of(ended.output)


def stamp_of(program):
    """Changes when the file does, and costs less than a digest."""
    about = program.stat()
    return about.st_mtime_ns, about.st_size, about.st_ino


def figures_of(output):
    """The one JSON object of numbers that a program has printed."""
    try:
        figures = json.loads(output)
    except ValueError:
        figures = None
    if not isinstance(figures, dict) or not figures or not all(map(is_number, figures.values())):
        raise MeasurementFailed(f"printed {output.strip()[:200]!r} and not one JSON object of numbers")
    return figures


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


@functools.cache
def file_digest(path):
    """Once for each file, as a program has many cases."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digest(*parts):
    """Short; changes when any of the parts, files or texts, does."""
    total = hashlib.sha256()
    for part in parts:
        total.update((file_digest(part) if isinstance(part, Path) else str(part)).encode())
        total.update(b"\0")
    return total.hexdigest()[:16]


def find_programs():
    found = {path for pattern in PATTERNS for path in BIN.glob(pattern)}
    return sorted(path for path in found if path.is_file() and path.stat().st_mode & 0o100)


class CannotList(Exception):
    """A program does not say what it can measure; the text says why, and what to do."""


def listed(program):
    """What a program says that it can measure."""
    try:
        ended = processes.run([program, "--list"], LISTING_SECONDS_MAX)
    except (processes.TookTooLong, OSError) as problem:
        raise CannotList(f"--list: {problem}; build it again") from problem
    if ended.status != 0:
        raise CannotList(f"--list failed ({ended.reason}): build it again, or delete it where it is left "
                         "from an earlier build")
    return [contestant_of(line, program) for line in ended.output.splitlines() if line.strip()]


def contestant_of(line, program):
    try:
        entry = json.loads(line)
        version = str(entry.get("version", ""))
        return Contestant(entry["case"], entry["contestant"], version, program, digest(program),
                          stamp_of(program))
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        raise CannotList(f"--list printed {line[:200]!r}, which is not an object with \"case\" and "
                         "\"contestant\": mend the program") from problem


def all_contestants():
    """(those of all programs, {program: why it tells none}). Two programs must not offer the same
    contestant in the same case."""
    programs = find_programs()
    if not programs:
        raise Problem(f"there is no {', '.join(PATTERNS)} in {shown(BIN)}: ./dev bench builds them")
    seen, broken = {}, {}
    for program in programs:
        try:
            for contestant in listed(program):
                note(seen, contestant)
        except CannotList as problem:
            broken[shown(program)] = str(problem)
    return list(seen.values()), broken


def note(seen, contestant):
    key = contestant.case, contestant.name
    if key in seen:
        raise Problem(
            f"'{contestant.case}' has the contestant '{contestant.name}' twice, in "
            f"{shown(seen[key].program)} and {shown(contestant.program)}: rename one, or delete a program "
            "that is left from an earlier build")
    seen[key] = contestant
