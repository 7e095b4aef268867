#!/usr/bin/env python3
"""Checks the limits and the words of the house style. Usage: style.py [ROOT]"""

import re
import sys

from functions import function_lengths
from sources import opening_comment, report, root_from_arguments, source_files

LINES_PER_FILE_MAX = 400
LINES_PER_FUNCTION_MAX = 50
COLUMNS_MAX = 100

BANNED_NAMES = {"util", "utils", "common", "helper", "helpers", "misc", "impl"}
# Spelt in two halves, so that this file does not find itself.
LEFTOVERS = re.compile(
    r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "st" + "ub"]) + r")\b"
    r"|\bnot " + r"implemented\b",
    re.IGNORECASE,
)
SKIPPED_TEST = re.compile(r"GTEST_" + r"SKIP|\bDISABLED" + r"_")
SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(")
FENCE = re.compile(r"\batomic_(thread|signal)_fence\b")
MACRO = re.compile(r"^\s*#\s*define\s+(\w+)")
BANNED_TYPE = re.compile(
    r"\b(?:namespace|class|struct)\s+(?:\w+::)*(\w*(?:Util|Utils|Helper|Helpers|Impl|utils?|helpers?"
    r"|impl|common|misc))\b"
)
# Rooms of our own words; the faces speak foreign ones, macros included.
OWN_ROOMS = ("tocsin/base/", "tocsin/core/", "tocsin/resource/", "tocsin/cli/", "tocsin/remote/")


def check_name(path):
    for part in path.with_suffix("").parts:
        banned = BANNED_NAMES & set(part.lower().split("_"))
        if banned:
            yield 1, f"the name '{part}' says nothing: name it after what is in it"
    # What takes the place of a header of glibc's has its name.
    if re.search(r"[A-Z-]", path.stem) and "include/bits" not in str(path):
        yield 1, "file names are snake_case"


def check_file(path, text):
    lines = text.count("\n")
    if lines > LINES_PER_FILE_MAX:
        yield 1, f"{lines} lines in one file (at most {LINES_PER_FILE_MAX}): it holds two things"
    if not opening_comment(text):
        yield 1, "the first line says what the file is for and who may include it (// ...)"
    if path.suffix == ".h" and path.parts[0] == "tocsin":
        yield from check_header(text)
    if not text.endswith("\n"):
        yield lines + 1, "the last line has no end"


def check_header(text):
    if not re.search(r"\b(Public|Private to tocsin/\w+)\b", opening_comment(text)):
        yield 1, "the first comment says 'Public.' or 'Private to tocsin/ROOM.'"
    if "#pragma once" not in text and "#ifndef" not in text:
        yield 1, "a header says #pragma once"


def check_functions(text):
    for line, length in function_lengths(text):
        if length > LINES_PER_FUNCTION_MAX:
            yield line, f"a function of {length} lines (at most {LINES_PER_FUNCTION_MAX})"


def check_words(path, line):
    if LEFTOVERS.search(line):
        yield "a leftover marker: finish it"
    if SKIPPED_TEST.search(line):
        yield "a test that is skipped or disabled: what a test needs, ./dev test installs"
    if FENCE.search(line):
        yield "a fence: the thread sanitizer does not model it; use the very word"
    if path.parts[0] == "tests" and SLEEP.search(line.split("//")[0]):
        yield "a sleep in a test: wait on the condition instead, bounded"
    if BANNED_TYPE.search(line.split("//")[0]):
        yield "a name that says nothing (utils, common, helper, misc, impl)"


def check_line(path, line):
    if len(line) > COLUMNS_MAX:
        yield f"{len(line)} columns (at most {COLUMNS_MAX})"
    if "\t" in line:
        yield "a tab"
    if line != line.rstrip():
        yield "blanks at the end of the line"
    macro = MACRO.match(line)
    if macro and str(path).startswith(OWN_ROOMS):
        yield f"the macro {macro.group(1)}: a constant or a function says it better"
    yield from check_words(path, line)


def problems_of(path, text):
    yield from check_name(path)
    yield from check_file(path, text)
    yield from check_functions(text)
    for number, line in enumerate(text.splitlines(), 1):
        for problem in check_line(path, line):
            yield number, problem


def find_problems(root):
    problems = []
    for path in source_files(root):
        for number, problem in problems_of(path, (root / path).read_text()):
            problems.append(f"{path}:{number}: {problem}")
    return problems


if __name__ == "__main__":
    sys.exit(report(find_problems(root_from_arguments()), "style"))
