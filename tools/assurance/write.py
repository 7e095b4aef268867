#!/usr/bin/env python3
"""Writes docs/assurance.md; with --check it writes nothing, and fails when that page is not what it would
write. Usage: write.py [--check] [ROOT]"""

import re
import sys
from pathlib import Path

from page import Page
from proofs import ROOT, Proofs
from tables import find_problems, read_catalogue, read_promises

PAGE = "docs/assurance.md"

# What grows with each test, and is no reason to refuse one.
FIGURE = re.compile(r"\d+ (?=tests|inputs)")


def complain(problems):
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1


def is_said_by(page, text):
    return page.exists() and FIGURE.sub("", page.read_text()) == FIGURE.sub("", text)


def main(arguments):
    check = "--check" in arguments
    places = [argument for argument in arguments if argument != "--check"]
    root = Path(places[0]).resolve() if places else ROOT
    proofs = Proofs(root)
    promises, catalogue = read_promises(root), read_catalogue(root)
    rows = promises + [row for section in catalogue for row in section.rows]
    problems = find_problems(rows, proofs)
    if problems:
        return complain(problems)
    text = Page(promises, catalogue, proofs).text()
    page = root / PAGE
    if not check:
        page.write_text(text)
        print(f"written: {PAGE}")
    elif not is_said_by(page, text):
        return complain([f"{PAGE} is not what the tables and the tests say now: ./dev assurance"])
    else:
        print(f"{PAGE}: up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
