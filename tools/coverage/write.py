#!/usr/bin/env python3
"""Writes docs/coverage.md from what gather.py has left in BUILD/report, and says what is wrong: a gap without
a reason, a reason without a gap, figures that are too low. With --check it fails for those, and writes
nothing. Usage: write.py [--check] BUILD [ROOT]"""

import sys
from pathlib import Path

from page import Page
from sources import read_sources
from tables import Reasons, read_entries, read_scope

ROOT = Path(__file__).resolve().parents[2]
PAGE = "docs/coverage.md"


def main(arguments):
    check = "--check" in arguments
    build, *places = [Path(argument).resolve() for argument in arguments if argument != "--check"]
    root = places[0] if places else ROOT
    reasons = Reasons(read_entries(root))
    page = Page(read_sources(root, build / "report"), read_scope(root), reasons)
    problems = [*page.problems(), *reasons.unused()]
    for problem in problems:
        print(problem, file=sys.stderr)
    if not check:
        (root / PAGE).write_text(page.text())
        print(f"written: {PAGE}")
    return 1 if check and problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
