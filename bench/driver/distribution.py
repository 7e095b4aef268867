"""Latencies as cumulative distributions: which share of them is at most so long."""

from . import svg, wording
from .frame import WIDTH, Frame, legend
from .scales import TailScale, log_scale

HEIGHT, LEFT = 320, 74
MARKED = (50, 99)


def one_line(name, quantiles, across, up, palette):
    places = [(across.at(value), up.at(percent)) for percent, value in quantiles]
    marks = [palette.mark(name, across.at(value), up.at(percent))
             for percent, value in quantiles if percent in MARKED]
    return svg.group([svg.path_through(places, "series"), *marks], palette.class_of(name))


def distribution_drawing(case, palette, title):
    series = {one.name: one.quantiles() for one in case.measured if len(one.quantiles()) >= 2}
    everything = [point for points in series.values() for point in points]
    frame = Frame(LEFT, 12, WIDTH - 22, HEIGHT)
    across = log_scale([value for _, value in everything], frame.left, frame.right)
    shares = [percent for percent, _ in everything]
    up = TailScale(min(shares), max(shares), frame.bottom, frame.top)
    parts = frame.vertical_grid(across, across.ticks(), lambda tick: wording.axis_label(tick, "ns"))
    parts += frame.horizontal_grid(up, up.ticks(), lambda tick: f"{tick:g} %")
    for name in reversed(series):
        parts.append(one_line(name, series[name], across, up, palette))
    parts += frame.axis_names("latency (log)", "share that is at most so long (tails widened)")
    below, height = legend(palette, list(series), frame.bottom + 60)
    return svg.drawing(WIDTH, frame.bottom + 60 + height, [*parts, *below], title)
