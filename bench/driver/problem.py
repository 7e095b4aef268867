"""What ends a run before anything is measured, told to whoever called it."""


class Problem(Exception):
    """Says which object, in which state, and what to do about it; shown without a traceback."""
