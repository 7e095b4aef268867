"""Writes docs/coverage.md."""

from collections import defaultdict

from sources import Figures

HEAD = """# What the tests cover

`./dev coverage` builds everything by clang 19 in such a way that it counts, runs the suite, and writes this page: the figures are those
of the last time that somebody did. What it leaves out are the tests labelled `house` and `fallback`. Counted is all that stands
below `tocsin/`, and no test; a template or an inline function counts once, whoever uses it. A branch is one outcome of one
condition, and a constant one is none; MC/DC asks of each condition of a decision of several that it was seen to decide it alone.
Clang 19 does not see that of the condition of a `?:` between objects, and these decisions ({unfollowed} here) are not among those
that are counted. What the compiler adds by itself, such as the clean-up behind an exception, has no place in the source, and is not counted at all.

`build/coverage/report/html/index.html` shows every line.
"""

NOTIFICATION = """Of [these files](coverage/scope.toml), in which every gap has to have a reason in [coverage/gaps/](coverage/gaps/); a
reason without a gap is an error. `true` is a condition that was never true, `false` one that was never false, `alone` one that never
decided alone, `run` a line, and those after it, that never ran.
"""


def cell(text):
    return text.replace("|", "\\|")


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def percent(count):
    """Rounded down, so that 100 means that nothing is missing."""
    return int(1000 * count.covered / count.there) / 10 if count.there else 100.0


def share(count):
    return f"{percent(count):.1f} % of {count.there:,}" if count.there else "none"


def figures_row(name, figures):
    counts = (figures.lines, figures.branches, figures.conditions)
    return [name, *map(share, counts)]


def together(sources):
    total = Figures()
    for source in sources:
        total.add(source.figures())
    return total


class Page:
    def __init__(self, sources, scope, reasons):
        self.sources = sources
        self.scope = scope
        self.notification = {path: source for path, source in sources.items() if scope.holds(path)}
        self.gaps = [
            (path, gap, reasons.of(path, gap))
            for path, source in sorted(self.notification.items())
            for gap in source.gaps()
        ]

    def text(self):
        unfollowed = sum(len(source.unfollowed) for source in self.sources.values())
        parts = [HEAD.format(unfollowed=unfollowed), "## Rooms\n", self.rooms(), "## Core and notification\n", NOTIFICATION]
        parts.insert(3, self.goal())
        return "\n".join([*parts, self.files(), "### What is not covered\n", self.missing()])

    def rooms(self):
        rooms = defaultdict(list)
        for path, source in self.sources.items():
            rooms["/".join(path.split("/")[:2])].append(source)
        rows = [figures_row(f"`{room}`", together(found)) for room, found in sorted(rooms.items())]
        rows.append(figures_row("all of it", together(self.sources.values())))
        return table(["", "lines", "branches", "MC/DC"], rows)

    def goal(self):
        goal = self.scope.goal
        return (
            f"Wanted are {goal['lines']} % of all lines and {goal['branches']} % of all branches, and all branches and "
            "conditions of the core and of notification.\n"
        )

    def files(self):
        found = sorted(self.notification.items())
        rows = [figures_row(f"`{path}`", source.figures()) for path, source in found]
        rows.append(figures_row("together", together(self.notification.values())))
        return table(["", "lines", "branches", "MC/DC"], rows)

    def missing(self):
        rows = [
            [f"`{path}:{gap.line}`", gap.kind, f"`{cell(gap.texts[0])}`", cell(why or "**no reason**")]
            for path, gap, why in self.gaps
        ]
        return table(["", "never", "what", "why"], rows) if rows else "Nothing.\n"

    def problems(self):
        for path, gap, why in self.gaps:
            if why is None:
                yield f"{path}:{gap.line}: no reason for {gap.kind}: {gap.texts[0]}"
        total = together(self.sources.values())
        for what, count in (("lines", total.lines), ("branches", total.branches)):
            if percent(count) < self.scope.least[what]:
                yield f"{percent(count):.1f} % of all {what} are covered: less than {self.scope.least[what]}"
