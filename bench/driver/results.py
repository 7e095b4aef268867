"""What a run has found: the lines of a store put together by case and contestant."""

import re
from dataclasses import dataclass, field

from . import kinds, store, summary
from .places import shown
from .problem import Problem

QUANTILE = re.compile(r"p(\d+(?:\.\d+)?)")
FIRST_CHOICES = ("ns", "p50", "bytes", "count")


def unit_of(metric):
    """Quantiles are of latencies in nanoseconds; what is none of these is a count with its name."""
    if metric == "ns" or QUANTILE.fullmatch(metric):
        return "ns"
    return {"bytes": "bytes", "count": ""}.get(metric, metric)


@dataclass
class Measured:
    """One contestant in one case, over all rounds."""

    name: str
    version: str = ""
    rounds: dict = field(default_factory=dict)  # the figures by the number of the round
    failure: str | None = None

    @property
    def kind(self):
        return kinds.kind_of(self.name)

    @property
    def metrics(self):
        return list(dict.fromkeys(metric for figures in self.rounds.values() for metric in figures))

    def values(self, metric):
        return [figures[metric] for _, figures in sorted(self.rounds.items()) if metric in figures]

    def median(self, metric):
        return summary.median(self.values(metric))

    def spread(self, metric):
        return summary.spread(self.values(metric))

    def quantiles(self):
        """[(percent, median of the rounds in ns)], ascending, as far as they have a place on
        logarithmic axes; empty for what has no latencies."""
        found = [(float(match[1]), self.median(match[0]))
                 for match in map(QUANTILE.fullmatch, self.metrics) if match]
        return sorted((percent, value) for percent, value in found if value > 0 and 0 < percent < 100)


@dataclass
class CaseResult:
    """All contestants of a case."""

    name: str
    contestants: list

    def of(self, name):
        return next((one for one in self.contestants if one.name == name), None)

    @property
    def measured(self):
        return [one for one in self.contestants if one.rounds and not one.failure]

    @property
    def metric(self):
        """The one that ratios are about, or None when nothing was measured."""
        metrics = [metric for one in self.measured for metric in one.metrics]
        return next((metric for metric in FIRST_CHOICES if metric in metrics),
                    metrics[0] if metrics else None)

    @property
    def has_latencies(self):
        return any(len(one.quantiles()) >= 3 for one in self.measured)

    def lowest(self, kind, metric=None):
        """The one of that kind with the lowest median, or None."""
        metric = metric or self.metric
        fit = [one for one in self.measured if one.kind == kind and one.median(metric) is not None]
        return min(fit, key=lambda one: one.median(metric), default=None)

    def ratio_to(self, one, other):
        if one is None or other is None:
            return None
        return summary.ratio(one.median(self.metric), other.median(self.metric))


@dataclass
class Run:
    """A whole run, as it was planned and as far as it has come."""

    at: str
    machine: dict
    rounds: int
    cases: list
    left_out: dict  # case: why it was not measured on purpose
    ivykis: list  # objects of bench/ivykis/compare
    ivykis_planned: list
    broken: dict = field(default_factory=dict)  # program: why it could not say what it measures
    is_quick: bool = False  # then `rounds` is the most that there can be

    @property
    def versions(self):
        """{library: version} of the contestants that have one; "libuv + queue" is libuv."""
        found = {one.name.split(" + ")[0]: one.version
                 for case in self.cases for one in case.contestants if one.version}
        return dict(sorted(found.items(), key=lambda item: kinds.display_order(item[0])))

    def case(self, name):
        return next((case for case in self.cases if case.name == name), None)

    @property
    def failures(self):
        """[(case, contestant, reason)]; a program that tells no cases fails in all of them."""
        found = [("all of its cases", program, why) for program, why in self.broken.items()]
        found += [(case.name, one.name, one.failure)
                  for case in self.cases for one in case.contestants if one.failure]
        for result in self.ivykis:
            found += [(f"ivykis: {result['case']}", name, why)
                      for name, why in result["failures"].items()]
        return found

    @property
    def missing(self):
        """{case: rounds of its contestant that has the fewest} where those are not all."""
        if self.is_quick:
            return {}
        found = {}
        for case in self.cases:
            there = min((len(one.rounds) for one in case.contestants if not one.failure),
                        default=self.rounds)
            if there < self.rounds and case.name not in self.left_out:
                found[case.name] = there
        there = {f"ivykis: {result['case']}" for result in self.ivykis}
        found.update({name: 0 for name in self.ivykis_planned
                      if name not in there and name not in self.left_out})
        return found


def take_in(case, line):
    """A failure stands, whatever later rounds say: what is lost once in nine is lost."""
    one = case.of(line["contestant"])
    if one is None:
        return
    if "figures" in line:
        one.rounds[line["round"]] = line["figures"]
    else:
        one.failure = line["failure"]


def run_from(lines):
    """Put together from the lines of a store; None when no run was begun there."""
    run = store.run_of(lines)
    if run is None:
        return None
    cases = {
        planned["case"]: CaseResult(planned["case"], [
            Measured(one["contestant"], one["version"]) for one in planned["contestants"]
        ])
        for planned in run["planned"]
    }
    left_out, ivykis = {}, {}
    for line in lines:
        if "left_out" in line:
            left_out.update(line["left_out"])
        elif not store.is_valid(line, run):
            continue
        elif "ivykis" in line:
            ivykis[line["ivykis"]["case"]] = line["ivykis"]
        else:
            take_in(cases[line["case"]], line)
    for name in left_out:
        if name in cases:
            cases[name].contestants = [Measured(one.name, one.version) for one in cases[name].contestants]
    return Run(run["at"], run["machine"], run["rounds"], list(cases.values()), left_out,
               list(ivykis.values()), run["ivykis_planned"], run["broken"], run["quick"])


def stored_run(path):
    """That of a file, for --from."""
    if not path.exists():
        raise Problem(f"there is no {shown(path)}: bench/run measures and writes build/bench/full.jsonl")
    run = run_from(store.read_lines(path))
    if run is None:
        raise Problem(f"{shown(path)} holds no run: name a file that bench/run has written")
    return run
