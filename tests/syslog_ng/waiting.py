"""Waiting on a condition, bounded."""

import time

SECONDS_BETWEEN_LOOKS = 0.004


class Late(Exception):
    """What was waited for did not come in time."""


def wait_until(condition, seconds, what):
    """Returns what `condition` returns once that is true; raises Late after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise Late(f"{what}: not within {seconds:g} s")
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return result
