"""Bars of how many times something costs what Tocsin's does, on a logarithmic axis."""

from dataclasses import dataclass

from . import svg, wording
from .frame import WIDTH, Frame
from .results import unit_of
from .scales import LinearScale, log_scale
from .summary import quartiles

ROW, TOP = 24, 12
LEFT, RIGHT = 168, WIDTH - 150


@dataclass(frozen=True)
class Bar:
    """One row; `value` is None where there is nothing to draw."""

    name: str
    value: float | None
    times: str  # what the value is, in words
    amount: str
    look: str  # a class of the palette
    low: float | None = None  # the quartiles
    high: float | None = None


def one_bar(bar, scale, base, top):
    """From where the axis says 1; a bar to the left costs less. What is 1 itself gets a mark."""
    middle = top + ROW / 2
    parts = [svg.text(LEFT - 8, middle + 4, bar.name, "label", "end"),
             svg.text(RIGHT + 58, middle + 4, bar.times, "label", "end"),
             svg.text(WIDTH - 4, middle + 4, bar.amount, "label", "end")]
    if bar.value is None:
        return parts
    x, origin = scale.at(bar.value), scale.at(base)
    begin, end = min(x, origin), max(x, origin)
    marks = [svg.element("rect", x=begin, y=top + 5, width=max(end - begin, 0.1), height=ROW - 10,
                         class_="bar")]
    if end - begin < 3:
        marks = [svg.element("rect", x=x - 3, y=top + 4, width=6, height=ROW - 8, class_="bar")]
    if bar.low and bar.high:
        marks.append(svg.line(scale.at(bar.low), middle, scale.at(bar.high), middle, "whisker"))
    return [*parts, svg.group(marks, bar.look)]


def bars_drawing(bars, axis_name, title, tick_label=None):
    """Logarithmic with the bars from 1 on; linear from 0 on where a value is 0."""
    values = [value for bar in bars for value in (bar.value, bar.low, bar.high) if value is not None]
    frame = Frame(LEFT, TOP, RIGHT, TOP + len(bars) * ROW + 4)
    if min(values) > 0:
        scale, base = log_scale([*values, 1.0], LEFT, RIGHT, factor_min=6.0), 1.0
    else:
        scale, base = LinearScale(max(values), LEFT, RIGHT), 0.0
    label = tick_label or (lambda tick: f"{tick:g}×")
    parts = frame.vertical_grid(scale, scale.ticks(), label, emphasised=base)
    for index, bar in enumerate(bars):
        parts += one_bar(bar, scale, base, TOP + 2 + index * ROW)
    parts += frame.axis_names(axis_name)
    return svg.drawing(WIDTH, frame.bottom + 44, parts, title)


def of_case(case, palette):
    """The bars of all contestants, the cheapest first; multiples of Tocsin's median, or of the lowest
    where Tocsin has none. Returns (bars, the name of that contestant)."""
    metric = case.metric
    measured = sorted((one for one in case.measured if one.median(metric) is not None),
                      key=lambda one: one.median(metric))
    base = next((one for one in measured if one.name == "tocsin"), measured[0])
    divisor = base.median(metric) or 1.0
    return [bar_of(one, metric, divisor, palette) for one in measured], base


def bar_of(one, metric, divisor, palette):
    low, high = (value / divisor for value in quartiles(one.values(metric)))
    value = one.median(metric) / divisor
    return Bar(one.name, value, f"{wording.ratio(value)}×",
               wording.amount(one.median(metric), unit_of(metric)), palette.class_of(one.name), low, high)
