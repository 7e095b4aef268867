"""Holds what a run has found against what must come out."""

import re
from dataclasses import dataclass

from . import kinds, summary
from .expectations import BEST_PEER, EXPECTATIONS, FLOOR, IVYKIS_AT_MOST
from .results import unit_of


@dataclass(frozen=True)
class Verdict:
    """One line: a case and what it is measured by. `value` is a ratio unless there is a unit."""

    case: str
    ours: str
    against: str
    at_most: float
    value: float | None = None
    unit: str = ""
    quartiles: tuple | None = None  # of the rounds' own ratios
    why_not: str = ""

    @property
    def word(self):
        if self.value is None:
            return "not measured"
        return "reached" if self.value <= self.at_most else "missed"


def opponent(expectation, case, run):
    """(its case, contestant or None, how it is called)."""
    there = case
    if expectation.against_case:
        there = run.case(expectation.against_case)
    where = f" in '{expectation.against_case}'" if there is not case else ""
    if there is None:
        return None, None, f"{expectation.against or expectation.ours}{where}"
    metric = expectation.metric or case.metric
    if expectation.against in (BEST_PEER, FLOOR):
        kind = kinds.PEER if expectation.against == BEST_PEER else kinds.FLOOR
        one = there.lowest(kind, metric)
        return there, one, expectation.against + (f" ({one.name})" if one else "") + where
    name = expectation.against or expectation.ours
    return there, there.of(name), name + where


def why_no_value(one, name):
    if one is None:
        return f"'{name}' does not take part"
    if one.failure:
        return f"'{one.name}' failed"
    return f"'{one.name}' has no such figure yet"


def limit_verdict(expectation, case, one):
    value = one.median(expectation.metric) if one and not one.failure else None
    return Verdict(case.name, expectation.ours, "", expectation.at_most, value,
                   unit_of(expectation.metric), None,
                   "" if value is not None else why_no_value(one, expectation.ours))


def verdict_on(expectation, case, run):
    ours = case.of(expectation.ours)
    if expectation.against is None and expectation.against_case is None:
        return limit_verdict(expectation, case, ours)
    there, other, called = opponent(expectation, case, run)
    metric = expectation.metric or case.metric
    for one, name in ((ours, expectation.ours), (other, called)):
        if one is None or one.failure or one.median(metric) is None:
            return Verdict(case.name, expectation.ours, called, expectation.at_most,
                           why_not=why_no_value(one, name))
    value = summary.ratio(ours.median(metric), other.median(metric))
    quartiles = None
    if there is case:
        quartiles = summary.quartiles([
            ours.rounds[number][metric] / other.rounds[number][metric]
            for number in ours.rounds.keys() & other.rounds.keys()
            if other.rounds[number].get(metric) and metric in ours.rounds[number]
        ])
    return Verdict(case.name, expectation.ours, called, expectation.at_most, value,
                   quartiles=quartiles if quartiles and quartiles[0] is not None else None)


def verdicts_on(run):
    """In the order of the cases; an expectation that no case of the run matches has no line."""
    return [
        verdict_on(expectation, case, run)
        for case in run.cases
        for expectation in EXPECTATIONS
        if re.fullmatch(expectation.case, case.name)
    ]


def unmatched(run):
    """The expectations for which the run has no case, by their patterns."""
    return list(dict.fromkeys(
        expectation.case for expectation in EXPECTATIONS
        if not any(re.fullmatch(expectation.case, case.name) for case in run.cases)))


def inverse(ratio):
    return None if ratio is None else summary.ratio(1.0, ratio)


def ivykis_verdict(result):
    """compare's ratios are above 1 where ours is better; here smaller is better. None for its floors."""
    name, target = result["case"], result["target"]
    if name.startswith("floor-"):
        return None
    shown = f"ivykis: {name}"
    if target and target.startswith("<="):
        return Verdict(shown, "our libivykis", "", float(target[2:]), result["ours"], result["unit"],
                       None, "it failed")
    at_most = 1 / float(target[2:].rstrip("x")) if target else IVYKIS_AT_MOST
    low, high = (inverse(share) for share in reversed(result["ratio_quartiles"]))
    # Ours needs nothing at all where the ratio is above every number, which JSON cannot say.
    endless = result["ratio"] is None and not result["failures"]
    value = 0.0 if endless else inverse(result["ratio"])
    return Verdict(shown, "our libivykis", "Debian's libivykis", at_most, value,
                   quartiles=None if low is None or high is None else (low, high),
                   why_not="it failed")


def ivykis_verdicts(run):
    return [verdict for verdict in map(ivykis_verdict, run.ivykis) if verdict]
