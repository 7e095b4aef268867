"""Says on stderr how far a run has come: on a terminal in one line, elsewhere a line for each case."""

import sys


class Progress:
    """Tables go to stdout, so that this never ends up in what is kept of it."""

    def __init__(self, stream=None):
        self.stream = stream or sys.stderr
        self.in_place = self.stream.isatty()

    def step(self, case, number, total, more):
        text = f"{number + 1}/{total} {case}" + (f"; {more}" if more else "")
        if self.in_place:
            print(f"\r\033[K{text[:150]}", end="", file=self.stream, flush=True)
        else:
            print(text, file=self.stream, flush=True)

    def end(self):
        if self.in_place:
            print("\r\033[K", end="", file=self.stream, flush=True)

    def say(self, text):
        self.end()
        print(f"bench: {text}", file=self.stream, flush=True)
