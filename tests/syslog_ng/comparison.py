"""The processor time of syslog-ng for each line on two libraries, in alternating bursts of lines."""

from contextlib import ExitStack
from statistics import median, quantiles

from run import Run

GOAL = 1.0
GOAL_PACED = 0.9
LINE = "  {:10} {:>10} {:>9} {:>9} {:>8} {:>16}  {}"


def goal_of(load):
    """What processor time on ours is aimed at, as a ratio of that on the stock library."""
    return GOAL_PACED if load.is_paced() else GOAL


def burst_of(load, total, rounds):
    """Lines that are sent at once: half a second of a paced load, else what makes up the total."""
    return load.rate // 2 if load.is_paced() else max(load.connections, load.lines_of(total) // rounds)


class Comparison:
    """Of one load. A syslog-ng on each library; lines go to one of them, then to the other. What the
    machine does beside that is much the same for both of two bursts that follow each other."""

    def __init__(self, load, stock, ours):
        self.load = load
        self.runs = Run(load, stock), Run(load, ours)
        self.costs = [], []

    def run(self, total, rounds):
        lines = burst_of(self.load, total, rounds)
        with ExitStack() as stack:
            for run in self.runs:
                stack.enter_context(run).become_ready()
                run.send(lines)  # to warm up
            for number in range(rounds):
                for which in (0, 1) if number % 2 == 0 else (1, 0):
                    self.costs[which].append(self.runs[which].send(lines))
            for run in self.runs:
                run.check()

    def problems(self):
        return [f"{self.load.name} on {run.library.name()}: {problem}"
                for run in self.runs for problem in run.outcome.problems]

    def ratios(self):
        return [ours / stock for stock, ours in zip(*self.costs)]

    def meets_goal(self):
        return bool(self.ratios()) and median(self.ratios()) <= goal_of(self.load)

    def row(self):
        ratios = self.ratios()
        if len(ratios) < 2:
            return f"  {self.load.name:10} too few rounds"
        low, _, high = quantiles(ratios, n=4)
        return LINE.format(
            self.load.name, f"{self.runs[0].outcome.lines:,}", f"{median(self.costs[0]):.2f}",
            f"{median(self.costs[1]):.2f}", f"{median(ratios):.3f}", f"{low:.2f} to {high:.2f}",
            f"{'at most' if self.meets_goal() else 'MORE THAN'} {goal_of(self.load):.2f}")


def compare(loads, total, stock, ours, rounds, show):
    """Calls show() with lines to print; returns the comparisons."""
    show("  processor time of syslog-ng for a line, in microseconds; medians")
    show(LINE.format("load", "lines", "stock", "ours", "ratio", "half of them in", "goal"))
    comparisons = [Comparison(load, stock, ours) for load in loads]
    for comparison in comparisons:
        comparison.run(total, rounds)
        show(comparison.row())
        for problem in comparison.problems()[:10]:
            show(f"      {problem}")
    return comparisons
