"""The two kinds of run: a full one, case after case, and a quick one that has to be over in a minute."""

from . import processes, stock_ivykis
from .clock import Deadline, long_time
from .measuring import OutOfTime, seconds_of
from .programs import MeasurementFailed
from .verdicts import is_expected

FULL_ROUNDS, FULL_ROUNDS_MIN, QUICK_ROUNDS = 9, 7, 3
# The whole is to be over in 60; listing the programs and writing the page take some of it.
QUICK_SECONDS = 52
# In a quick run a case may take so many times its equal share of the time that is left, ...
SHARES_MAX = 4
# ... but may always try this long.
ROUND_SECONDS_MIN = 0.5


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
    """One round of every case, then the next round of every case, until the time is over.

    So each case has a figure before any has three, and no case can take the time of all others. What
    must come out is measured first; what is too slow is left out, and named.
    """

    def __init__(self, plan, ivykis_names, rounds, known, progress):
        self.plan = sorted(plan, key=lambda case: not is_expected(case.name))
        self.left_out = {name: "only a full run compares with Debian's libivykis"
                         for name in ivykis_names}
        self.rounds, self.known, self.progress = rounds, known, progress
        self.took = {}  # case: seconds of its last round

    def measure(self, measuring):
        """Returns {case: why it was left out}."""
        try:
            self.first_round(measuring)
            for turn in range(1, self.rounds):
                self.another_round(turn, measuring)
        except OutOfTime:
            pass
        for case in self.plan:
            if case.name not in self.took and case.name not in self.left_out:
                self.left_out[case.name] = "the time was over before it"
        return self.left_out

    def first_round(self, measuring):
        for number, case in enumerate(self.plan):
            left = measuring.deadline.left
            share = max(SHARES_MAX * left / (len(self.plan) - number), ROUND_SECONDS_MIN)
            limit = Deadline(share)
            self.progress.step(case.name, number, len(self.plan), "")
            expected = seconds_of(case, self.known)
            if expected is not None and expected > share:
                self.leave_out(case, f"too slow: a round takes {expected:.1f} s")
                continue
            try:
                measuring.round_of(case, 0, limit)
                self.took[case.name] = left - measuring.deadline.left
            except processes.TookTooLong:
                self.leave_out(case, f"too slow: a round takes more than {share:.1f} s")

    def leave_out(self, case, why):
        self.left_out[case.name] = f"{why}; --only '{case.name}' measures it"

    def another_round(self, turn, measuring):
        for number, case in enumerate(self.plan):
            left = measuring.deadline.left
            if case.name in self.took and self.took[case.name] < left:
                self.progress.step(case.name, number, len(self.plan), f"round {turn + 1}")
                measuring.round_of(case, turn)
