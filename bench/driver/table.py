"""The text table: what was measured, case by case, and then what must come out."""

from . import kinds, wording
from .results import unit_of
from .verdicts import ivykis_verdicts, unmatched, verdicts_on

NAME_WIDTH = 26


def head(run):
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    rounds = f"at most {run.rounds}" if run.is_quick else f"{run.rounds}"
    return [
        f"machine   {wording.machine_line(run.machine)}",
        f"versions  {versions}" if versions else "versions  none was told",
        f"run       of {run.at}, {rounds} rounds; ratios are of medians, +- is half the distance "
        "of the quartiles",
        *(["          quick: a selection of cases, and of the peers those that come closest in full runs"]
          if run.is_quick else []),
    ]


def ratio_columns(case, one):
    """To the lowest floor and to the best peer, where there are such."""
    cells = []
    for kind, words in ((kinds.FLOOR, "of the floor"), (kinds.PEER, "of the best peer")):
        ratio = case.ratio_to(one, case.lowest(kind))
        cells.append("" if ratio is None else f"{wording.ratio(ratio):>7} {words}")
    return cells


def contestant_line(case, one, rounds):
    if one.failure:
        return f"  {one.name:{NAME_WIDTH}} failed: {one.failure}"
    if case.metric is None or one.median(case.metric) is None:
        return f"  {one.name:{NAME_WIDTH}} not measured yet"
    figure = wording.amount(one.median(case.metric), unit_of(case.metric))
    floor, peer = ratio_columns(case, one)
    text = (f"  {one.name:{NAME_WIDTH}}{figure:>16} +-{wording.percent(one.spread(case.metric)):>5}"
            f"  {floor:21}  {peer:25}")
    for metric in ("p90", "p99", "p99.9"):
        if one.median(metric) is not None:
            text += f"  {metric} {wording.number(one.median(metric))}"
    for metric in one.metrics:
        if case.metric != metric and not metric.startswith("p"):
            text += f"  {wording.amount(one.median(metric), metric)}"
    if len(one.rounds) < rounds:
        text += f"  ({len(one.rounds)} of {rounds} rounds)"
    return text.rstrip()


def verdict_text(verdict):
    if verdict.value is None:
        what = f"not measured: {verdict.why_not}"
        return f"{verdict.ours} against {verdict.against or 'the limit'}: {what}"
    measured = f"{verdict.ours} is {wording.ratio(verdict.value)} of {verdict.against}"
    limit = f"{verdict.at_most:g}"
    if verdict.unit or not verdict.against:
        measured = f"{verdict.ours} is {wording.amount(verdict.value, verdict.unit)}"
        limit = f"{verdict.at_most:g} {verdict.unit}".rstrip()
    if verdict.quartiles:
        measured += " ({} to {})".format(*map(wording.ratio, verdict.quartiles))
    return f"{measured}, at most {limit}: {verdict.word}"


def case_lines(run, case, verdicts):
    latencies = ", median of latencies" if case.metric == "p50" else ""
    yield f"{case.name}{latencies}"
    for one in case.contestants:
        yield contestant_line(case, one, run.rounds)
    for verdict in verdicts:
        if verdict.case == case.name:
            yield f"  > {verdict_text(verdict)}"
    yield ""


def tally(verdicts):
    words = [verdict.word for verdict in verdicts]
    return (f"what must come out: {words.count('reached')} reached, {words.count('missed')} missed, "
            f"{words.count('not measured')} not measured")


def missing_lines(run):
    for case, why in run.left_out.items():
        yield f"left out: {case}: {why}"
    for case, rounds in run.missing.items():
        yield f"missing: {case}: {rounds} of {run.rounds} rounds are there"
    for case, contestant, reason in run.failures:
        yield f"FAILED: {case}, {contestant}: {reason}"


def table(run):
    verdicts = verdicts_on(run)
    compared = ivykis_verdicts(run)
    lines = [*head(run), ""]
    for case in run.cases:
        if case.measured or any(one.failure for one in case.contestants):
            lines += case_lines(run, case, verdicts)
    if compared:
        lines.append("ivykis: the same program on our libivykis and on Debian's")
        lines += [f"  {verdict.case.removeprefix('ivykis: '):{NAME_WIDTH}}{verdict_text(verdict)}"
                  for verdict in compared]
        lines.append("")
    everything = [*verdicts, *compared]
    lines += [f"missed: {verdict.case}: {verdict_text(verdict)}"
              for verdict in everything if verdict.word == "missed"]
    lines.append(tally(everything))
    lines += missing_lines(run)
    return "\n".join(lines)


def unmatched_words(run):
    """For a run of all cases: what must come out and no program measures; "" when there is none."""
    patterns = unmatched(run)
    if not patterns:
        return ""
    return f"something must come out of cases that no program has: {'; '.join(patterns)}"
