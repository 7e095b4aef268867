"""Which plots a run gives: one of growth for cases that differ in a number, else one for each case."""

from dataclasses import dataclass, replace

from . import bars, wording
from .distribution import distribution_drawing
from .growth import axis_of, growth_drawing, series_of, slope_words
from .palette import Palette
from .results import unit_of
from .sections import heading_of

IVYKIS = "Our libivykis beside Debian's"


@dataclass(frozen=True)
class Plot:
    """A drawing with its name, the heading that it stands under, and what the run itself says of it."""

    name: str
    heading: str
    drawing: str
    says: str = ""


def measures_of(case):
    return {"bytes": "memory", "ns": "time"}.get(unit_of(case.metric), "number")


def bars_plot(case, palette):
    rows, base = bars.of_case(case, palette)
    axis_name = f"{measures_of(case)} in multiples of that of {base.name} (log)"
    tick_label = None
    if any(bar.value <= 0 for bar in rows):
        divisor = base.median(case.metric) or 1.0
        rows = [replace(bar, times="") for bar in rows]
        unit = unit_of(case.metric)
        axis_name = f"{measures_of(case)}, {unit}" if unit else measures_of(case)

        def tick_label(tick):
            return f"{tick * divisor:g}"

    return Plot(case.name, heading_of(case.name), bars.bars_drawing(rows, axis_name, case.name, tick_label))


def growth_groups(cases):
    """{name of the plot: (axis, [(number, case)])} of those with at least two numbers, and something
    that can stand on logarithmic axes."""
    groups = {}
    for case in cases:
        found = axis_of(case.name)
        if found:
            axis, number, name = found
            groups.setdefault(name, (axis, []))[1].append((number, case))
    return {name: group for name, group in groups.items() if len(group[1]) > 1 and series_of(group[1])}


def plot_of_case(case, palette):
    if case.has_latencies:
        return Plot(case.name, heading_of(case.name), distribution_drawing(case, palette, case.name))
    return bars_plot(case, palette)


def plots_of(run):
    """In the order of the cases; a plot of growth where the first of its cases is. One bar alone says
    nothing that the table does not say."""
    palette = Palette({one.name for case in run.cases for one in case.contestants})
    cases = [case for case in run.cases
             if any(one.median(case.metric) is not None for one in case.measured)]
    groups = growth_groups(cases)
    shown, plots = set(), []
    for case in cases:
        name = (axis_of(case.name) or (None, None, None))[2]
        if name not in groups:
            if case.has_latencies or len(case.measured) > 1:
                plots.append(plot_of_case(case, palette))
        elif name not in shown:
            shown.add(name)
            axis, members = groups[name]
            plots.append(Plot(name, heading_of(case.name),
                              growth_drawing(axis, members, palette, name), slope_words(members)))
    return plots


def ivykis_plot(verdicts):
    """Of the ratios of ivykis' own cases; None when there are none."""
    rows = [
        bars.Bar(verdict.case.removeprefix("ivykis: "), verdict.value or None,
                 wording.ratio(verdict.value) + "×", verdict.word, f"of-{verdict.word.split()[0]}",
                 *(verdict.quartiles or ()))
        for verdict in verdicts
        if verdict.against and verdict.value is not None
    ]
    if not any(bar.value for bar in rows):
        return None
    axis_name = "cost with ours in multiples of that with Debian's (log)"
    return Plot(IVYKIS, IVYKIS, bars.bars_drawing(rows, axis_name, IVYKIS))
