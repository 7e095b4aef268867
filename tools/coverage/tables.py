"""Reads the tables of docs/coverage: what is counted, and why something is not covered."""

import dataclasses
import fnmatch
import tomllib

SCOPE = "docs/coverage/scope.toml"
GAPS = "docs/coverage/gaps"


@dataclasses.dataclass
class Entry:
    """One reason, and the gaps of one file that have it: each as `KIND: TEXT`, where TEXT is the condition,
    or a line of those that were not run. What depends on the moment may be covered in one run and not in
    the next: it is `sometimes` a gap."""

    file: str
    gaps: list
    why: str
    sometimes: bool = False

    def names(self, gap):
        return [name for name in self.gaps if name in names_of(gap)]


@dataclasses.dataclass
class Scope:
    goal: dict  # in percent
    least: dict
    files: list  # patterns

    def holds(self, path):
        return any(fnmatch.fnmatch(path, pattern) for pattern in self.files)


def names_of(gap):
    return [f"{gap.kind}: {text}" for text in gap.texts]


def read_toml(path):
    with path.open("rb") as file:
        return tomllib.load(file)


def read_scope(root):
    content = read_toml(root / SCOPE)
    return Scope(content["goal"], content["least"], content["notification"]["files"])


def read_entries(root):
    paths = sorted((root / GAPS).glob("*.toml"))
    return [Entry(**entry) for path in paths for entry in read_toml(path)["entry"]]


class Reasons:
    """The entries, and which of their names have matched something."""

    def __init__(self, entries):
        self.entries = entries
        self.used = set()

    def of(self, path, gap):
        """Why it is not covered; None when nobody has said so."""
        for number, entry in enumerate(self.entries):
            names = entry.names(gap) if entry.file == path else []
            self.used.update((number, name) for name in names)
            if names:
                return entry.why
        return None

    def unused(self):
        for number, entry in enumerate(self.entries):
            for name in entry.gaps:
                if (number, name) not in self.used and not entry.sometimes:
                    yield f"{entry.file}: nothing is missing as this says, or not there: {name}"
