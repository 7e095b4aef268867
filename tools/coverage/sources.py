"""Reads what llvm-cov exports, and finds what each source file has of lines, branches and conditions, and
which of them were not covered."""

import dataclasses
import json
import re
from collections import defaultdict

# What may be wrong with a place, and how docs/coverage/gaps and the page call it.
NEVER_RUN = "run"
NEVER_TRUE = "true"
NEVER_FALSE = "false"
NEVER_ALONE = "alone"

# How llvm-cov 19 numbers the kinds of branches: this is one of several that are decided on together.
OF_DECISION = 6

# What only the text that llvm-cov shows tells.
CONSTANT = re.compile(r"Branch \((\d+):(\d+)\): \[Folded")
DECISION = re.compile(r"Decision Region \((\d+):(\d+)\) to \((\d+):(\d+)\)")
VECTOR = re.compile(r"\|\s+\d+ \{ ")


def lies_in(place, other):
    return place != other and other[:2] <= place[:2] and place[2:] <= other[2:]


@dataclasses.dataclass(frozen=True)
class Gap:
    """Something that was not covered. Its texts are those by which the tables may name it: of lines that
    follow each other any of them, else the one of the condition."""

    kind: str
    line: int
    texts: tuple


@dataclasses.dataclass
class Count:
    there: int = 0
    covered: int = 0

    def add(self, other):
        self.there += other.there
        self.covered += other.covered

    @property
    def missing(self):
        return self.there - self.covered


@dataclasses.dataclass
class Figures:
    """Of a file, or of several."""

    lines: Count = dataclasses.field(default_factory=Count)
    branches: Count = dataclasses.field(default_factory=Count)
    conditions: Count = dataclasses.field(default_factory=Count)

    def add(self, other):
        self.lines.add(other.lines)
        self.branches.add(other.branches)
        self.conditions.add(other.conditions)


class Source:
    """One file. A template, or a function that stands in a header, counts once, whoever used it: what one
    use of it has covered is covered."""

    def __init__(self, text):
        self.text = text.splitlines()
        self.lines = {}  # number: how often it was run
        self.branches = defaultdict(lambda: [0, 0])  # place of a condition: how often true, false
        self.parts = set()  # the places of those that are conditions of a decision
        self.decisions = {}  # place: for each of its conditions, whether it was seen to decide alone
        self.unfollowed = []  # the places of those of which that cannot be said

    def read_branch(self, branch):
        place = tuple(branch[:4])
        seen = self.branches[place]
        seen[0] += branch[4]
        seen[1] += branch[5]
        if branch[8] == OF_DECISION:
            self.parts.add(place)

    def read_decision(self, record):
        place, now = tuple(record[:4]), record[-1]
        before = self.decisions.get(place, [False] * len(now))
        self.decisions[place] = [old or new for old, new in zip(before, now, strict=True)]

    def text_at(self, place):
        """The source from one place to the other, its white space as single spaces."""
        line, column, last, end = place
        rows = self.text[line - 1 : last]
        rows[-1] = rows[-1][: end - 1]
        rows[0] = rows[0][column - 1 :]
        return " ".join(" ".join(rows).split())

    def conditions_of(self, decision):
        """Their places, in the order in which the decision lists them; without what is decided inside one
        of them, in a lambda for instance."""
        within = [place for place in self.parts if lies_in(place, decision)]
        outermost = sorted(
            place for place in within if not any(lies_in(place, other) for other in within)
        )
        alone = self.decisions[decision]
        return outermost if len(outermost) == len(alone) else [decision] * len(alone)

    def leave_out_constants(self, places):
        """Of what the compiler knows, as in `while (true)`, nothing is counted: (line, column)."""
        for place in [place for place in self.branches if place[:2] in places]:
            if self.branches[place] == [0, 0]:
                del self.branches[place]

    def leave_out_unfollowed(self, seen):
        """Clang 19 does not follow the condition of a `?:` between objects: it was decided on, and no way
        in which it came out was seen."""
        for place in [place for place in self.decisions if place not in seen]:
            first = self.conditions_of(place)[0]
            if sum(self.branches.get(first, [0])) > 0:
                del self.decisions[place]
                self.unfollowed.append(place)

    def figures(self):
        alone = [seen for decision in self.decisions.values() for seen in decision]
        sides = [count for branch in self.branches.values() for count in branch]
        return Figures(
            Count(len(self.lines), sum(count > 0 for count in self.lines.values())),
            Count(len(sides), sum(count > 0 for count in sides)),
            Count(len(alone), sum(alone)),
        )

    def gaps(self):
        found = [*self.line_gaps(), *self.branch_gaps(), *self.condition_gaps()]
        return sorted(found, key=lambda gap: (gap.line, gap.kind, gap.texts))

    def line_gaps(self):
        block = []
        for number, count in sorted(self.lines.items()):
            if count == 0:
                block.append(number)
            elif block:
                yield self.block_gap(block)
                block = []
        if block:
            yield self.block_gap(block)

    def block_gap(self, numbers):
        """A brace alone names nothing, unless there is nothing else: the handler of an exception may be empty."""
        texts = [" ".join(self.text[number - 1].split()) for number in numbers]
        telling = [text for text in texts if text != "}"]
        return Gap(NEVER_RUN, numbers[0], tuple(telling or texts))

    def branch_gaps(self):
        for place, (times_true, times_false) in self.branches.items():
            if times_true == 0:
                yield Gap(NEVER_TRUE, place[0], (self.text_at(place),))
            if times_false == 0:
                yield Gap(NEVER_FALSE, place[0], (self.text_at(place),))

    def condition_gaps(self):
        """A condition that was not both true and false is a gap of its branch already."""
        for decision, alone in self.decisions.items():
            for place, seen in zip(self.conditions_of(decision), alone, strict=True):
                if not seen and 0 not in self.branches.get(place, [1, 1]):
                    yield Gap(NEVER_ALONE, place[0], (self.text_at(place),))


def read_lines(path):
    """From lcov's format, which tells lines as people count them: {file: {number: count}}."""
    lines, current = {}, None
    for row in path.read_text().splitlines():
        key, _, value = row.partition(":")
        if key == "SF":
            current = lines.setdefault(value, {})
        elif key == "DA":
            number, count = value.split(",")[:2]
            current[int(number)] = int(count)
    return lines


@dataclasses.dataclass
class Shown:
    """Of one file: which conditions are constants, (line, column), and of which decisions anything was seen
    at all."""

    constants: set = dataclasses.field(default_factory=set)
    seen: set = dataclasses.field(default_factory=set)


def read_shown(path):
    """{file: Shown} from what llvm-cov shows, as it exports none of this."""
    shown, current, decision = defaultdict(Shown), None, None
    for row in path.read_text(errors="replace").splitlines():
        if row.startswith("/") and row.endswith(":"):
            current = shown[row[:-1]]
        elif found := CONSTANT.search(row):
            current.constants.add((int(found[1]), int(found[2])))
        elif found := DECISION.search(row):
            decision = tuple(map(int, found.groups()))
        elif VECTOR.search(row):
            current.seen.add(decision)
    return shown


def read_sources(root, folder):
    """{path below the root: Source} of all files below tocsin/, from what gather.py has written."""
    lines = read_lines(folder / "lines.info")
    shown = read_shown(folder / "shown.txt")
    details = json.loads((folder / "details.json").read_text())["data"][0]
    sources = {}
    for file in details["files"]:
        name = file["filename"]
        path = name.removeprefix(f"{root}/")
        source = sources[path] = Source((root / path).read_text())
        source.lines = lines.get(name, {})
        for branch in file["branches"]:
            source.read_branch(branch)
        for record in file.get("mcdc_records", []):
            source.read_decision(record)
        source.leave_out_constants(shown[name].constants)
        source.leave_out_unfollowed(shown[name].seen)
    return sources
