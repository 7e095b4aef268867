"""How much time there is, and how much has gone."""

import math
import time


class Deadline:
    """A moment that may lie infinitely far ahead; counted from when it is made."""

    def __init__(self, seconds=math.inf):
        self.end = time.monotonic() + seconds

    @property
    def left(self):
        return self.end - time.monotonic()

    @property
    def over(self):
        return self.left <= 0


def long_time(seconds):
    """For people: "40 s", "12 min", "2 h 10 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
