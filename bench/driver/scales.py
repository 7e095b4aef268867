"""From values to places along an axis, and the values worth a tick."""

import math

TICKS_MIN = 3


class LogScale:
    """Equal factors are equal distances; `low` and `high` lie at `begin` and `end`."""

    def __init__(self, low, high, begin, end):
        self.low, self.high, self.begin, self.end = low, high, begin, end

    def at(self, value):
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.begin + share * (self.end - self.begin)

    def ticks(self):
        """Powers of ten, with what lies between them where there are few, and every second one where
        there are too many."""
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        step = 2 if len(powers) > 9 else 1
        found = []
        for factors in ((1,), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 7)):
            found = [factor * 10.0**power for power in powers[::step] for factor in factors]
            found = [tick for tick in found if self.low * 0.999 <= tick <= self.high * 1.001]
            if len(found) >= TICKS_MIN:
                break
        return found


def log_scale(values, begin, end, factor_min=4.0):
    """Room for all values, a little more, and at least for such a factor, so that noise looks small."""
    low, high = min(values) / 1.15, max(values) * 1.15
    middle = math.sqrt(low * high)
    if high / low < factor_min:
        low, high = middle / math.sqrt(factor_min), middle * math.sqrt(factor_min)
    return LogScale(low, high, begin, end)


class LinearScale:
    """For values of which one is zero."""

    def __init__(self, high, begin, end):
        self.high, self.begin, self.end = high or 1.0, begin, end

    def at(self, value):
        return self.begin + value / self.high * (self.end - self.begin)

    def ticks(self):
        rough = self.high / 4
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
        return [index * step for index in range(int(self.high / step) + 1)]


class TailScale:
    """For shares in percent: 99 to 99.9 takes as much room as 90 to 99, so tails can be seen."""

    TICKS = (1, 10, 25, 50, 75, 90, 99, 99.9)

    def __init__(self, low, high, begin, end):
        self.low, self.high = self.logit(low), self.logit(high)
        self.begin, self.end = begin, end

    @staticmethod
    def logit(percent):
        return math.log(percent / (100 - percent))

    def at(self, percent):
        share = (self.logit(percent) - self.low) / (self.high - self.low)
        return self.begin + share * (self.end - self.begin)

    def ticks(self):
        slack = 1e-6
        return [tick for tick in self.TICKS if self.low - slack <= self.logit(tick) <= self.high + slack]
