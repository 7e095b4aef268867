"""All that a run has found as one JSON object, for --json."""

from . import kinds
from .results import unit_of
from .verdicts import ivykis_verdicts, verdicts_on


def figures_object(one):
    return {
        metric: {
            "unit": unit_of(metric),
            "median": one.median(metric),
            "spread": one.spread(metric),
            "values": one.values(metric),
        }
        for metric in one.metrics
    }


def contestant_object(case, one):
    return {
        "contestant": one.name,
        "kind": one.kind,
        "version": one.version,
        "rounds": len(one.rounds),
        "failure": one.failure,
        "figures": figures_object(one),
        "ratio_to_floor": case.ratio_to(one, case.lowest(kinds.FLOOR)) if case.metric else None,
        "ratio_to_best_peer": case.ratio_to(one, case.lowest(kinds.PEER)) if case.metric else None,
    }


def case_object(case):
    floor = case.lowest(kinds.FLOOR) if case.metric else None
    peer = case.lowest(kinds.PEER) if case.metric else None
    return {
        "case": case.name,
        "metric": case.metric,
        "floor": floor.name if floor else None,
        "best_peer": peer.name if peer else None,
        "contestants": [contestant_object(case, one) for one in case.contestants],
    }


def verdict_object(verdict):
    return {
        "case": verdict.case,
        "ours": verdict.ours,
        "against": verdict.against or None,
        "unit": verdict.unit or None,
        "value": verdict.value,
        "quartiles": verdict.quartiles,
        "at_most": verdict.at_most,
        "verdict": verdict.word,
        "why_not": verdict.why_not if verdict.value is None else None,
    }


def run_object(run):
    return {
        "at": run.at,
        "machine": run.machine,
        "versions": run.versions,
        "rounds": run.rounds,
        "cases": [case_object(case) for case in run.cases],
        "ivykis": run.ivykis,
        "must_come_out": [verdict_object(one) for one in [*verdicts_on(run), *ivykis_verdicts(run)]],
        "left_out": run.left_out,
        "missing": run.missing,
        "failures": [
            {"case": case, "contestant": contestant, "reason": reason}
            for case, contestant, reason in run.failures
        ],
    }
