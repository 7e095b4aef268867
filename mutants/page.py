"""What came out, for people."""

import tomllib
from collections import defaultdict
from pathlib import Path

REASONS = Path(__file__).parent / "survivors.toml"

HEAD = """# Mutants

`./dev mutants` changes `tocsin/core` and the code that notifies in one place after the other, as [mutants/](../mutants/)
says, and looks whether a test notices: a statement is left out, a condition takes the other way, an operator is another
one. What no test notices is listed here with the reason, or without one where it is not known yet that it is harmless.
Orders of memory are weakened by `interleavings/run`, protocols by `models/run`.

"""


def reasons():
    """(file, text that names the mutants, why nobody notices them)"""
    table = tomllib.loads(REASONS.read_text())
    return [(one["file"], one["what"], one["why"]) for one in table.get("survivor", [])]


def reason_of(key, known):
    file, _, what = key.split(":", 2)
    return next((why for of, text, why in known if of == file and text in what), "")


def unexplained(judged):
    known = reasons()
    return [
        key for key, outcome in judged.items() if outcome != "killed" and not reason_of(key, known)
    ]


def summary(judged):
    killed = sum(outcome == "killed" for outcome in judged.values())
    return f"{killed} of {len(judged)} killed, {100 * killed / max(1, len(judged)):.1f} %"


def by_file(judged):
    groups = defaultdict(dict)
    for key, outcome in judged.items():
        groups[key.split(":")[0]][key] = outcome
    return groups


def rows(judged, known):
    for file, group in sorted(by_file(judged).items()):
        left = [key for key, outcome in group.items() if outcome != "killed"]
        explained = sum(reason_of(key, known) != "" for key in left)
        yield f"| `{file}` | {len(group)} | {len(group) - len(left)} | {explained} | {len(left) - explained} |"


def items(judged, known):
    for key, outcome in sorted(judged.items()):
        if outcome != "killed":
            file, line, what = key.split(":", 2)
            why = reason_of(key, known)
            yield f"- `{file}` {line},{what.rstrip()}: {outcome}{'. ' + why if why else ''}"


def text(judged, found):
    """Of `found` mutants in all those that were judged."""
    known = reasons()
    lines = [
        f"Of {found} mutants {len(judged)} were tried: {summary(judged)}.", "",
        "| source | mutants | killed | explained | not explained |",
        "| --- | --- | --- | --- | --- |", *rows(judged, known), "",
        "## What no test noticed", "", *items(judged, known), "",
    ]
    return HEAD + "\n".join(lines)
