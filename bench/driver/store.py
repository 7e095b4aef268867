"""Keeps figures in a file of JSON lines, each written at once, so that nothing is lost by an end.

A line is one of: {"run": ...}, what was planned, on which machine; {"case": ..., "contestant": ...,
"round": ..., "figures": ...}, or with "failure" in place of figures; {"ivykis": ...}, one case of
bench/ivykis/compare; {"left_out": {case: reason}}. The last "run" line says which of the others count.
"""

import json
import os
from datetime import datetime

from .places import shown
from .problem import Problem


def now():
    return datetime.now().astimezone().isoformat(timespec="seconds")


def read_lines(path):
    """All objects of the file. A last line without its end was being written when the run ended: it
    does not count."""
    try:
        text = path.read_text()
    except FileNotFoundError:
        return []
    whole, _, _ = text.rpartition("\n")
    objects = []
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            objects.append(json.loads(line))
        except ValueError as problem:
            raise Problem(f"{shown(path)}, line {number} is not JSON: mend the line, or begin anew with "
                          "--restart") from problem
    return objects


def run_of(lines):
    """The last "run" line, or None."""
    return next((line["run"] for line in reversed(lines) if "run" in line), None)


def is_valid(line, run):
    """True for what was measured on the machine and with the programs of that run."""
    if line.get("machine") != run["identity"]:
        return False
    if "ivykis" in line:
        return line["digest"] == run["ivykis_digest"]
    return "case" in line and run["digests"].get(line["case"]) == line["digest"]


class Store:
    """The lines of one file that count, in memory and on the disk."""

    def __init__(self, path):
        self.path = path
        self.lines = []
        self.rounds = {}  # (case, contestant): the numbers of the rounds for which there are figures

    def begin(self, run, restart=False):
        """Goes on with what is there and counts for `run`. What does not count is set aside, as far
        as it is the figures of other programs. Returns how many figures those are."""
        before = [] if restart else read_lines(self.path)
        valid = [line for line in before if is_valid(line, run)]
        stale = sum("figures" in line or "ivykis" in line for line in before) - sum(
            "figures" in line or "ivykis" in line for line in valid)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if stale:
            os.replace(self.path, self.previous)
        self.lines = [{"run": run}, *valid]
        for line in valid:
            self.note_round(line)
        self.replace_file()
        return stale

    @property
    def previous(self):
        return self.path.with_suffix(".previous.jsonl")

    def replace_file(self):
        """At no moment is the file half there."""
        beside = self.path.with_suffix(".new")
        beside.write_text("".join(json.dumps(line) + "\n" for line in self.lines))
        os.replace(beside, self.path)

    def add(self, line):
        line = {**line, "at": now()}
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self.lines.append(line)
        self.note_round(line)

    def note_round(self, line):
        if "figures" in line:
            self.rounds.setdefault((line["case"], line["contestant"]), set()).add(line["round"])

    def rounds_of(self, case, contestant):
        return self.rounds.get((case, contestant), set())
