"""Reads the source tree for the checkers: which files there are, and who may include a header."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ["tocsin", "tests", "examples", "bench", "fuzz", "interleavings"]
ENDINGS = {".h", ".cpp", ".c"}

INCLUDE = re.compile(r"^\s*#\s*include\s*([<\"])([^>\"]+)[>\"]")
PRIVATE = re.compile(r"Private to tocsin/(\w+)")
PUBLIC = re.compile(r"\bPublic\b")
INSTALLED = re.compile(r"Private to tocsin/\w+; installed\b")


def source_files(root=ROOT, folders=None):
    """Every C and C++ file below the source folders, as paths relative to the root."""
    found = []
    for folder in folders or FOLDERS:
        found += [path for path in (root / folder).rglob("*") if path.suffix in ENDINGS]
    return sorted(path.relative_to(root) for path in found)


def opening_comment(text):
    """The comment that a file begins with, as one line; empty when there is none. It consists of
    `//` lines, or, where a file serves C90 too, is one in /* */."""
    if text.startswith("/*"):
        lines = text[2:].partition("*/")[0].splitlines()
        return " ".join(line.strip().removeprefix("*").strip() for line in lines).strip()
    lines = []
    for line in text.splitlines():
        if not line.startswith("//"):
            break
        lines.append(line[2:].strip())
    return " ".join(lines)


def private_room(text):
    """The room that alone may include this file, or None."""
    match = PRIVATE.search(opening_comment(text))
    return match.group(1) if match else None


def is_public(text):
    return PUBLIC.search(opening_comment(text)) is not None


def is_installed(text):
    """Public headers are installed, and private ones that say so because a public type holds theirs."""
    return is_public(text) or INSTALLED.search(opening_comment(text)) is not None


def includes(text):
    """(line number, `<` or `"`, path) of each include."""
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def report(problems, what):
    """Prints the problems, each a string, and gives the exit status."""
    for problem in problems:
        print(problem)
    print(f"{what}: {len(problems)} problems" if problems else f"{what}: nothing to complain about")
    return 1 if problems else 0


def root_from_arguments():
    return Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
