"""Cost against a number: of threads, clients, timers. Both axes are logarithmic, so a cost that does not
grow is a level line, and one that grows with the number rises at 45 degrees of a decade."""

import re
from dataclasses import dataclass

from . import svg, wording
from .frame import WIDTH, Frame, legend
from .results import unit_of
from .scales import LogScale, log_scale

HEIGHT, LEFT = 300, 74


@dataclass(frozen=True)
class Axis:
    """Cases that differ in a number, the first group of the pattern; and what the axes are called."""

    pattern: str
    across: str
    up: str


AXES = [
    Axis(r"post (?:one event|distinct events, ring of \d+), (\d+) threads?", "threads that post",
         "time of a post"),
    Axis(r"idle events: post one among (\d+)", "events of the loop", "time of a post and its handler"),
    Axis(r"loops: ping-pongs of (\d+)", "pairs of loops in one process", "time of a round trip"),
    Axis(r"timers: \w+(?: \w+)?, (\d+)", "timers", "time for each timer"),
    Axis(r"descriptors: [\w ]+, (\d+)", "descriptors", "time for each"),
    Axis(r"idle events: \w+, (\d+)", "events", "for each"),
    Axis(r"notify: broadcast to (\d+) clients? in .*", "clients", "time for each client"),
    Axis(r"notify: cycle of (\d+) clients? in .*", "clients", "time for each client"),
    Axis(r"(?:crowd: )?trigger, one of (\d+) fires.*", "armed clients, of which one fires",
         "time of a trigger"),
    Axis(r"epoll of (\d+) resources?.*", "resources in the epoll set", "time of a wake"),
]


def axis_of(case):
    """(axis, number, name of the plot) of a case that belongs to such a plot, else None."""
    for axis in AXES:
        match = re.fullmatch(axis.pattern, case)
        if match:
            begin, end = match.span(1)
            rest = re.sub(rf"in {match[1]} process(es)?\b", "in N processes", case[end:])
            rest = re.sub(r"\bthread\b", "threads", re.sub(r"\bclient\b", "clients", rest))
            return axis, int(match[1]), f"{case[:begin]}N{rest}"
    return None


def series_of(cases):
    """{contestant: [(number, median)]} of [(number, case)], for what can stand on a logarithmic axis."""
    found = {}
    for number, case in sorted(cases, key=lambda pair: pair[0]):
        for one in case.measured:
            median = one.median(case.metric)
            if median is not None and median > 0:
                found.setdefault(one.name, []).append((number, median))
    return found


def one_line(name, points, across, up, palette):
    places = [(across.at(number), up.at(value)) for number, value in points]
    marks = [palette.mark(name, x, y) for x, y in places]
    return svg.group([svg.path_through(places, "series"), *marks], palette.class_of(name))


def growth_drawing(axis, cases, palette, title):
    series = series_of(cases)
    numbers = sorted({number for number, _ in cases})
    unit = unit_of(cases[0][1].metric)
    frame = Frame(LEFT, 12, WIDTH - 22, HEIGHT)
    across = LogScale(numbers[0] / 1.12, numbers[-1] * 1.12, frame.left, frame.right)
    up = log_scale([value for points in series.values() for _, value in points], frame.bottom, frame.top)
    parts = frame.vertical_grid(across, numbers, wording.count_label)
    parts += frame.horizontal_grid(up, up.ticks(), lambda tick: wording.axis_label(tick, unit))
    # Ours is drawn last, above the others.
    for name in reversed(series):
        parts.append(one_line(name, series[name], across, up, palette))
    parts += frame.axis_names(f"{axis.across} (log)", f"{axis.up} (log)")
    below, height = legend(palette, list(series), frame.bottom + 60)
    return svg.drawing(WIDTH, frame.bottom + 60 + height, [*parts, *below], title)


def slope_words(cases):
    """What the line of ours does from its first to its last number."""
    points = series_of(cases).get("tocsin", [])
    if len(points) < 2:
        return ""
    (first, before), (last, after) = points[0], points[-1]
    unit = unit_of(cases[0][1].metric)
    return (f"tocsin: {wording.amount(before, unit)} at {first:,}, {wording.amount(after, unit)} at "
            f"{last:,}: {wording.ratio(after / before)}× for {last / first:,.0f}× as many.")
