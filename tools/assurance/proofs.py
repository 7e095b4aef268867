"""Finds the proofs that this tree holds: tests, models, fuzz targets. They are read from the sources, so
that it does not matter what is built here, nor how."""

import fnmatch
import functools
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

GOOGLE_TEST = re.compile(r"^(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)
IVYKIS_PROMISE = re.compile(r"^(?:PROMISE|BETTER)\((\w+)\)", re.MULTILINE)
FALLBACK_MODE = re.compile(r"^([a-z0-9-]+) +[a-z]", re.MULTILINE)

# As models/run reads them.
CONFIGURATIONS = re.compile(r"^// Configurations: (.*)$", re.MULTILINE)
SEEDED_BUG = re.compile(r"BUG_[A-Z_]+")


def google_tests(root):
    """ROOM/SUITE.NAME; one with parameters once."""
    for path in (root / "tests").glob("*/*.cpp"):
        for suite, name in GOOGLE_TEST.findall(path.read_text()):
            yield f"{path.parent.name}/{suite}.{name}"


def ivykis_promises(root):
    """ivykis/PROGRAM.NAME: a program runs each of its promises in a process of its own."""
    for path in (root / "tests/ivykis").glob("*.c"):
        for name in IVYKIS_PROMISE.findall(path.read_text()):
            yield f"ivykis/{path.stem}.{name}"


def checkers(root):
    """house/NAME: a checker that reads all sources."""
    for path in (root / "tools/lint").glob("*.py"):
        if path.read_text().startswith("#!"):
            yield f"house/{path.stem}"


def fallback_modes(root):
    """fallback/MODE: the suite once more without a system call."""
    text = (root / "tests/fallback/modes.txt").read_text()
    return (f"fallback/{mode}" for mode in FALLBACK_MODE.findall(text))


KINDS_OF_TESTS = (google_tests, ivykis_promises, checkers, fallback_modes)


class Model:
    """What models/run explores of it: its configurations, and its seeded bugs."""

    def __init__(self, path):
        text = path.read_text()
        listed = CONFIGURATIONS.search(text)
        self.configurations = len(listed.group(1).split()) if listed else 1
        self.bugs = len(set(SEEDED_BUG.findall(text)))


class Proofs:
    """All that a row of the tables can name."""

    def __init__(self, root=ROOT):
        self.root = root
        self.tests = {name for kind in KINDS_OF_TESTS for name in kind(root)}
        self.models = {path.stem: Model(path) for path in (root / "models").glob("*.pml")}
        self.fuzz = {path.stem: self.corpus_of(path.stem) for path in (root / "fuzz").glob("*.cpp")}
        self.matching = functools.cache(self.matching_now)

    def corpus_of(self, target):
        return sum(path.is_file() for path in (self.root / "fuzz/corpus" / target).glob("*"))

    def matching_now(self, pattern):
        """The tests of that name, or whose names the pattern matches."""
        return frozenset(fnmatch.filter(self.tests, pattern))

    def is_there(self, path):
        return (self.root / path).exists()
