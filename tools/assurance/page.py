"""Writes docs/assurance.md."""

from collections import Counter

from tables import decision_path

HEAD = """# What is promised, and what shows it

`./dev assurance` writes this page from the tables in [assurance/](assurance/) and from the sources of the tests, the models
and the fuzz targets. A test of the house fails when it is not what would be written now, or when a name in the tables
matches nothing; only the numbers of tests and of inputs, which each change may raise, are those of the day on which it was
written. Times stand in what `./dev bench` writes.

A test is named `ROOM/SUITE.NAME`, and `ctest --preset release -R NAME` runs it; of `ivykis/PROGRAM.PROMISE` the part before
the point. `*` stands for any name; a test that runs with several parameters counts once. "By design" means that the mistake
cannot be made here, for the reason that is given. "Open" means that something is missing, also where tests are named.
"""

WAITING = """The bridge to other hosts is not built, so the promise about hosts (P11) and the part of the catalogue about
them (H) wait for it.
"""


def code(name):
    return f"`{name}`"


def cell(text):
    return text.replace("|", "\\|")


def table(head, rows):
    """Each row a list of cells, as the head is."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


class Page:
    def __init__(self, promises, catalogue, proofs):
        self.promises = promises
        self.catalogue = catalogue
        self.proofs = proofs
        self.mistakes = [row for section in catalogue for row in section.rows]

    def text(self):
        parts = [HEAD, self.figures(), self.promise_table(), WAITING]
        parts += [self.catalogue_head(), *map(self.section, self.catalogue), self.models(), self.fuzz()]
        return "\n".join(parts)

    def figures(self):
        models = self.proofs.models.values()
        named = self.tests_of(self.promises + self.mistakes)
        return (
            f"Today: {len(self.promises)} promises and {len(self.mistakes)} mistakes; {len(named)} tests are "
            f"named for them, {len(models)} models in {sum(model.configurations for model in models)} "
            f"configurations with {sum(model.bugs for model in models)} seeded bugs, and "
            f"{len(self.proofs.fuzz)} fuzz targets with {sum(self.proofs.fuzz.values())} inputs kept.\n"
        )

    def promise_table(self):
        rows = [
            [row.number, cell(row.text), self.proof(row), cell(row.open)] for row in self.promises
        ]
        return "## Promises\n\n" + table(["", "promise", "shown by", "not shown"], rows)

    def catalogue_head(self):
        states = Counter(row.state for row in self.mistakes)
        missing = ", ".join(row.number for row in self.mistakes if row.open)
        return (
            "## Mistakes that were made elsewhere\n\n"
            f"{len(self.mistakes)} mistakes that libraries, kernels and servers of this field have made: "
            f"{states['covered']} covered by tests, {states['by design']} impossible by design, "
            f"{states['open']} open" + (f" ({missing}).\n" if missing else ".\n")
        )

    def section(self, section):
        rows = [[row.number, cell(row.text), self.answer(row)] for row in section.rows]
        return f"### {section.title}\n\n" + table(["", "the mistake", "here"], rows)

    def models(self):
        rows = [
            [code(name), str(model.configurations), str(model.bugs)]
            for name, model in sorted(self.proofs.models.items())
        ]
        head = ["`models/`", "configurations", "seeded bugs"]
        return "## Models\n\n`models/run` explores them to the last state.\n\n" + table(head, rows)

    def fuzz(self):
        rows = [
            [code(name), f"{inputs} inputs"] for name, inputs in sorted(self.proofs.fuzz.items())
        ]
        said = "## Fuzz targets\n\n`fuzz/run` replays what is kept, and searches on.\n\n"
        return said + table(["`fuzz/`", "kept"], rows)

    def answer(self, row):
        reason = row.open or row.cannot
        said = f"**{row.state}**: {cell(reason)}" if reason else ""
        return "<br>".join(filter(None, [said, self.proof(row)]))

    def proof(self, row):
        parts = [self.tests(row)]
        parts += [code(f"models/{name}") for name in row.models]
        parts += [code(f"fuzz/{name}") for name in row.fuzz]
        parts += [code(path) for path in row.tools] + [*map(self.decision, row.decisions)]
        return "<br>".join(filter(None, parts))

    def tests_of(self, rows):
        patterns = [pattern for row in rows for pattern in row.tests]
        return frozenset().union(*map(self.proofs.matching, patterns))

    def tests(self, row):
        """The names, and how many tests they are together where one of them is a pattern."""
        names = "<br>".join(map(code, row.tests))
        plain = not any("*" in name for name in row.tests)
        return names if plain else f"{names}<br>{len(self.tests_of([row]))} tests"

    def decision(self, number):
        name = decision_path(number, self.proofs.root).name
        return f"[decision {number}](decisions/{name})"
