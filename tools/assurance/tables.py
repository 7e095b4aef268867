"""Reads the tables of docs/assurance, and finds what is wrong with them."""

import dataclasses
import tomllib

PROMISES = "docs/assurance/promises.toml"
CATALOGUE = "docs/assurance/catalogue"


@dataclasses.dataclass(frozen=True)
class Row:
    """A promise, or a mistake of the catalogue, and what stands behind it."""

    number: str
    text: str
    tests: list = dataclasses.field(default_factory=list)
    models: list = dataclasses.field(default_factory=list)
    fuzz: list = dataclasses.field(default_factory=list)
    tools: list = dataclasses.field(default_factory=list)  # paths: benchmarks, soaks
    decisions: list = dataclasses.field(default_factory=list)  # their numbers
    cannot: str = ""  # why the mistake cannot be made here
    open: str = ""  # what is missing

    @property
    def state(self):
        return "open" if self.open else "by design" if self.cannot else "covered"

    @property
    def has_proof(self):
        return bool(self.tests or self.models or self.fuzz)


@dataclasses.dataclass(frozen=True)
class Section:
    """One file of the catalogue."""

    title: str
    rows: list


def read_rows(path, key):
    with path.open("rb") as file:
        content = tomllib.load(file)
    return content, [Row(**row) for row in content[key]]


def read_promises(root):
    return read_rows(root / PROMISES, "promise")[1]


def read_catalogue(root):
    sections = []
    for path in sorted((root / CATALOGUE).glob("*.toml")):
        content, rows = read_rows(path, "row")
        sections.append(Section(content["title"], rows))
    return sections


def missing_names(row, proofs):
    """What the row names and the tree has not."""
    yield from (f"no test is called {name}" for name in row.tests if not proofs.matching(name))
    yield from (f"there is no models/{name}.pml" for name in row.models if name not in proofs.models)
    yield from (f"there is no fuzz/{name}.cpp" for name in row.fuzz if name not in proofs.fuzz)
    yield from (f"there is no {path}" for path in row.tools if not proofs.is_there(path))
    for number in row.decisions:
        if not decision_path(number, proofs.root):
            yield f"there is no decision {number}"


def decision_path(number, root):
    return next((root / "docs/decisions").glob(f"{number}-*.md"), None)


def problems_of(row, proofs):
    yield from missing_names(row, proofs)
    if row.cannot and row.open:
        yield "it cannot occur and something is missing: say one of the two"
    if not (row.has_proof or row.cannot or row.open):
        yield "nothing stands behind it: name tests, or say cannot = or open ="


def find_problems(rows, proofs):
    problems = []
    seen = set()
    for row in rows:
        problems += [f"{row.number}: {problem}" for problem in problems_of(row, proofs)]
        if row.number in seen:
            problems.append(f"{row.number}: it is there twice")
        seen.add(row.number)
    return problems
