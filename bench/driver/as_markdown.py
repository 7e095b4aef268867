"""What must come out and what has, as a table for a page of Markdown, for --markdown."""

from . import wording
from .verdicts import ivykis_verdicts, verdicts_on


def cells(verdict):
    measured, limit = wording.ratio(verdict.value), f"{verdict.at_most:.3g}"
    if verdict.unit or not verdict.against:
        measured = wording.amount(verdict.value, verdict.unit)
        limit = f"{limit} {verdict.unit}".rstrip()
    if verdict.value is None:
        measured = ""
    quartiles = "{} – {}".format(*map(wording.ratio, verdict.quartiles)) if verdict.quartiles else ""
    return [verdict.case, verdict.ours, verdict.against or "a limit", measured, quartiles, limit,
            f"**{verdict.word}**" if verdict.word == "missed" else verdict.word]


def markdown(run):
    head = ["case", "of ours", "against", "measured", "quartiles", "at most", ""]
    rows = [cells(verdict) for verdict in [*verdicts_on(run), *ivykis_verdicts(run)]]
    lines = [head, ["---", "---", "---", "---:", "---:", "---:", "---"], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
