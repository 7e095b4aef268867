"""The processor time of syslog-ng for each line on two libraries, in alternating runs."""

from statistics import median

from loads import run_load

GOAL = 1.0
GOAL_PACED = 0.9
LINE = "  {:10} {:>9} {:>12} {:>12} {:>7} {:>15}  {}"


def goal_of(load):
    """What processor time on ours is aimed at, as a ratio of that on the stock library."""
    return GOAL_PACED if load.is_paced() else GOAL


class Comparison:
    """Of one load."""

    def __init__(self, load):
        self.load = load
        self.pairs = []  # of outcomes: stock, ours
        self.problems = []

    def run_round(self, number, total, stock, ours):
        """Every second round begins with the other library."""
        order = [stock, ours] if number % 2 == 0 else [ours, stock]
        outcomes = {library: run_load(self.load, total, library) for library in order}
        for library, outcome in outcomes.items():
            self.problems += [f"{self.load.name} on {library.name()}: {problem}"
                              for problem in outcome.problems]
        self.pairs.append((outcomes[stock], outcomes[ours]))

    def costs(self, which):
        return [pair[which].microseconds_per_line() for pair in self.pairs]

    def ratio(self):
        return median(self.costs(1)) / max(1e-9, median(self.costs(0)))

    def meets_goal(self):
        return self.ratio() <= goal_of(self.load)

    def row(self):
        ratios = [ours / max(1e-9, stock) for stock, ours in zip(self.costs(0), self.costs(1))]
        goal = goal_of(self.load)
        return LINE.format(
            self.load.name, f"{self.pairs[0][0].lines:,}", f"{median(self.costs(0)):.2f}",
            f"{median(self.costs(1)):.2f}", f"{self.ratio():.3f}",
            f"{min(ratios):.2f} to {max(ratios):.2f}",
            f"{'at most' if self.meets_goal() else 'MORE THAN'} {goal:.2f}")


def compare(loads, total, stock, ours, rounds, show):
    """Calls show() with lines to print; returns the comparisons."""
    comparisons = [Comparison(load) for load in loads]
    for number in range(rounds):
        for comparison in comparisons:
            comparison.run_round(number, total, stock, ours)
        show(f"  round {number + 1} of {rounds} done")
    show("  processor time of syslog-ng for a line, in microseconds: medians, and the ratio of these")
    show(LINE.format("load", "lines", "stock", "ours", "ratio", "of the rounds", "goal"))
    for comparison in comparisons:
        show(comparison.row())
    return comparisons
