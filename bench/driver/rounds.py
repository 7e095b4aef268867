"""The two kinds of run: a full one, case after case, and a quick one that is over in a minute."""

from . import processes, stock_ivykis
from .clock import long_time
from .measuring import OutOfTime, seconds_of
from .programs import MeasurementFailed

FULL_ROUNDS, FULL_ROUNDS_MIN, QUICK_ROUNDS = 9, 7, 3
# The whole is to be over in 60; listing the programs and writing the page take some of it.
QUICK_SECONDS = 52


class FullRun:
    """R rounds of a case before the next one; goes on where the store ends."""

    def __init__(self, plan, ivykis_names, rounds, known, progress):
        self.plan, self.ivykis_names, self.rounds = plan, ivykis_names, rounds
        self.known = known
        self.progress = progress

    def measure(self, measuring):
        """Returns {} as nothing is left out. Raises OutOfTime."""
        for number, case in enumerate(self.plan):
            self.progress.step(case.name, number, self.total, self.time_from(number, measuring))
            for turn in range(self.rounds):
                measuring.round_of(case, turn)
        for number, name in enumerate(self.ivykis_names, len(self.plan)):
            self.progress.step(name, number, self.total, "")
            self.measure_ivykis(name, measuring)
        return {}

    @property
    def total(self):
        return len(self.plan) + len(self.ivykis_names)

    def time_from(self, number, measuring):
        """How long the cases from there on will take, as far as earlier runs tell; in words."""
        total = 0
        for case in self.plan[number:]:
            one_round = seconds_of(case, self.known)
            if one_round is None:
                return ""
            done = min(len(measuring.kept.rounds_of(case.name, one.name)) for one in case.contestants)
            total += one_round * max(self.rounds - done, 0)
        return f"about {long_time(total)} left" + (", then ivykis" if self.ivykis_names else "")

    def measure_ivykis(self, name, measuring):
        kept = [line["ivykis"] for line in measuring.kept.lines if "ivykis" in line]
        if any(stock_ivykis.PREFIX + one["case"] == name and not one["failures"] for one in kept):
            return
        if measuring.deadline.over:
            raise OutOfTime
        try:
            result = stock_ivykis.compare(name, self.rounds, measuring.deadline.left)
        except MeasurementFailed as failure:
            result = stock_ivykis.failed(name, str(failure))
        except processes.TookTooLong as late:
            if measuring.deadline.over:
                raise OutOfTime from None
            result = stock_ivykis.failed(name, str(late))
        measuring.kept.add({"ivykis": result, "machine": measuring.identity,
                            "digest": stock_ivykis.step_digest()})


class QuickRun:
    """One round of every case, then the next round of every case, until the time is over."""

    def __init__(self, plan, rounds, progress):
        self.plan, self.rounds, self.progress = plan, rounds, progress
        self.took = {}  # case: seconds of its last round

    def measure(self, measuring):
        """Returns {case: why it was left out}."""
        try:
            for turn in range(self.rounds):
                self.measure_all(turn, measuring)
        except OutOfTime:
            pass
        return {case.name: "the time was over before it"
                for case in self.plan if case.name not in self.took}

    def measure_all(self, turn, measuring):
        for number, case in enumerate(self.plan):
            left = measuring.deadline.left
            if self.took.get(case.name, 0) > left:
                continue  # it would be cut off
            self.progress.step(case.name, number, len(self.plan), f"round {turn + 1}")
            measuring.round_of(case, turn)
            self.took[case.name] = left - measuring.deadline.left
