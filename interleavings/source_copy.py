"""A copy of the product in which every memory order and every seeded bug can be chosen at run time.

The copy has the lines of the original. `std::memory_order_acquire` becomes `order_at(NUMBER, ...)`,
and what a bug changes becomes `if (has_bug(NUMBER)) { wrong } else { right }`. So one build serves
all alternatives, and what is compared differs in nothing else.
"""

import re
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("tocsin/base", "tocsin/core")
# The header that the checker has another one of.
REPLACED = "tocsin/base/atomic.h"
# What threads share in these is the kernel's, or made of std::atomic on purpose: see the README.
LEFT_ALONE = ("tocsin/base/fork.h", "tocsin/base/fork.cpp", "tocsin/base/clock.h")

ORDER = re.compile(r"std::memory_order_(\w+)")
WEAKER = {
    "acq_rel": ("acquire", "release", "relaxed"),
    "acquire": ("relaxed",),
    "release": ("relaxed",),
    "relaxed": (),
}

# One order in the source: where it stands, and the text of its line.
Place = namedtuple("Place", "number file line text order")
Bug = namedtuple("Bug", "number name file right wrong")


def read_bugs(folder=ROOT / "interleavings/bugs"):
    """The seeded bugs: a file each, which says where it is, what stands there, and what is wrong."""
    bugs = []
    for number, path in enumerate(sorted(folder.glob("*.bug"))):
        head, right, wrong = re.split(r"^----.*\n", path.read_text(), flags=re.MULTILINE)
        file = re.search(r"^in (\S+)$", head, re.MULTILINE).group(1)
        bugs.append(Bug(number, path.stem, file, right.rstrip("\n"), wrong))
    return bugs


def seed(text, bug):
    """The text with both ways in it; what is wrong stands on one line, so that lines keep their
    numbers."""
    if text.count(bug.right) != 1:
        raise SystemExit(f"interleavings/bugs/{bug.name}.bug: not found once in {bug.file}")
    wrong = " ".join(bug.wrong.split())
    # Not to be taken for orders of the product.
    wrong = wrong.replace("std::memory_order_", "std::memory_order::")
    both = f"if (interleavings::has_bug({bug.number})) {{ {wrong} }} else {{ {bug.right} }}"
    return text.replace(bug.right, both)


def number_orders(text, original, file, places):
    """The text with every order behind a number; notes the places."""
    lines = original.splitlines()

    def numbered(match):
        line = text.count("\n", 0, match.start()) + 1
        if match.group(1) not in WEAKER:
            raise SystemExit(f"{file}:{line}: the checker does not model {match.group(0)}")
        places.append(Place(len(places), file, line, lines[line - 1].strip(), match.group(1)))
        return f"interleavings::order_at({len(places) - 1}, {match.group(0)})"

    return ORDER.sub(numbered, text)


def write_if_new(path, text):
    """Leaves the time of a file alone that says the same already."""
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def make_copy(target):
    """Writes the copy below `target`; gives back the places of orders and the seeded bugs."""
    places, bugs = [], read_bugs()
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob("*.[hc]*")):
            file = str(path.relative_to(ROOT))
            if file == REPLACED:
                continue
            text = original = path.read_text()
            for bug in bugs:
                text = seed(text, bug) if bug.file == file else text
            if file not in LEFT_ALONE:
                text = number_orders(text, original, file, places)
            write_if_new(target / file, text)
    return places, bugs
