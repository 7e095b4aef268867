"""Runs one program to its end, or to its time limit and then ends it with all its children."""

import os
import signal
import subprocess
from dataclasses import dataclass


class TookTooLong(Exception):
    """The program was not over in time and has been ended, with all that it had started."""


@dataclass(frozen=True)
class Ended:
    """How a program ended."""

    status: int
    output: str
    errors: str

    @property
    def reason(self):
        """What to tell of a program that failed."""
        how = f"exit status {self.status}"
        if self.status < 0:
            how = f"killed by {signal.Signals(-self.status).name}"
        said = " | ".join(self.errors.strip().splitlines()[-3:])
        return f"{how}: {said}" if said else f"{how}, and nothing on stderr"


def end_group(process):
    """Kills the program and its children; it has not been waited for, so its number is still its own."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # the group is empty already
    process.wait()


def environment():
    """Without what would have a library work in another way, or be another one."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("IV_", "LIBEV_", "EVENT_"))
        and name not in ("LD_PRELOAD", "LD_LIBRARY_PATH")
    }


def run(arguments, seconds_max):
    """Raises TookTooLong after so many seconds. Each program leads a process group, so that servers
    that it has started end with it."""
    with subprocess.Popen(
        [str(argument) for argument in arguments],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        process_group=0,
    ) as process:
        try:
            output, errors = process.communicate(timeout=max(seconds_max, 0.01))
        except subprocess.TimeoutExpired as timeout:
            end_group(process)
            said = (timeout.stderr or b"").decode(errors="replace").strip()
            raise TookTooLong(f"not over after {seconds_max:.0f} seconds" + (f": {said}" if said else "")
                              ) from timeout
        except BaseException:
            end_group(process)
            raise
    return Ended(process.returncode, output, errors)
