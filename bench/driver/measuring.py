"""One measurement after the other, each kept at once; knows what failed and how long each took."""

import time

from . import processes, store
from .problem import Problem
from .programs import SECONDS_MAX, MeasurementFailed


class OutOfTime(Exception):
    """The time of the run is over; the measurement that was cut off left nothing."""


def in_turn(contestants, turn):
    """Begins with another one in each round, and goes the other way in every second one, so that none
    always runs after the same pause or the same neighbour."""
    begin = turn % len(contestants)
    order = [*contestants[begin:], *contestants[:begin]]
    return order if turn % 2 == 0 else order[::-1]


class Measuring:
    """Measures for one store, until its deadline."""

    def __init__(self, kept, identity, deadline):
        self.kept = kept
        self.identity = identity
        self.deadline = deadline
        self.failed = set()  # (case, contestant): not tried again in this run

    def round_of(self, case, turn):
        """Measures each contestant that has no figures of this round yet. Raises OutOfTime."""
        for contestant in in_turn(case.contestants, turn):
            done = self.kept.rounds_of(case.name, contestant.name)
            if turn not in done and (case.name, contestant.name) not in self.failed:
                self.measure(case, contestant, turn)

    def measure(self, case, contestant, turn):
        if self.deadline.over:
            raise OutOfTime
        start = time.monotonic()
        try:
            result = {"figures": contestant.measure(min(SECONDS_MAX, self.deadline.left))}
        except MeasurementFailed as failure:
            result = {"failure": str(failure)}
        except processes.TookTooLong as late:
            if self.deadline.over:
                raise OutOfTime from None
            result = {"failure": str(late)}
        if "failure" in result:
            self.failed.add((case.name, contestant.name))
        self.kept.add({
            "case": case.name,
            "contestant": contestant.name,
            "round": turn,
            **result,
            "seconds": round(time.monotonic() - start, 3),
            "machine": self.identity,
            "digest": case.digest,
        })


def known_seconds(paths):
    """{(case, contestant): how long it took when it was measured last}, from earlier runs."""
    known = {}
    for path in paths:
        try:
            lines = store.read_lines(path)
        except Problem:
            continue  # a spoilt file only leaves the time unknown; whoever goes on with it is told
        known.update({(line["case"], line["contestant"]): line["seconds"]
                      for line in lines if "figures" in line})
    return known


def seconds_of(case, known):
    """Of one round, or None when a contestant is not known."""
    all_of_it = [known.get((case.name, one.name)) for one in case.contestants]
    return None if None in all_of_it else sum(all_of_it)

