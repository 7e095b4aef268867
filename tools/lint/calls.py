"""Finds calls in a C++ text, and holds them against lists of those that are as they have to be."""

import re

from functions import without_noise

DEPTHS = {"(": 1, "{": 1, ")": -1, "}": -1}


def text_of_call(text, start):
    """From `start`, in a call's name or among its arguments, to the end of that call, as one line."""
    depth = 0
    for position in range(start, len(text)):
        depth += DEPTHS.get(text[position], 0)
        if text[position] in ")}" and depth <= 0:
            return re.sub(r"\s+", " ", text[start : position + (depth == 0)])
    return text[start:]


def calls_in(text, pattern):
    """(line number, call) of each place in the code that the pattern matches. Literals stay as they
    are, since a mode of fopen() is one."""
    clean = without_noise(text)
    for match in pattern.finditer(clean):
        yield text.count("\n", 0, match.start()) + 1, text_of_call(text, match.start())


def find_strangers(found, known):
    """`found` has (path, line number, call, problem), `known` a reason for each call of a path: the
    problems of those that are not known, and what is known of calls that are gone."""
    problems = []
    left = {(path, call) for path, calls in known.items() for call in calls}
    for path, number, call, problem in found:
        if call not in known.get(path, {}):
            problems.append(f"{path}:{number}: {call}: {problem}")
        left.discard((path, call))
    for path, call in sorted(left):
        problems.append(f"{path}: {call}: the list in tools/lint knows it, but it is gone")
    return problems
