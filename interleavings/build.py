"""Builds the checker, its scenarios and the copy of the product into one program."""

import subprocess
import sys

from source_copy import ROOT, make_copy, write_if_new

FOLDER = ROOT / "build/interleavings"
PROGRAM = FOLDER / "check"

# The product's sources that run under the checker. The loop's seam to epoll and poll is not among
# them: checker/poller.cpp stands there.
PRODUCT = [
    *(f"tocsin/base/{name}.cpp" for name in "check clock descriptor fork".split()),
    *(
        f"tocsin/core/{name}.cpp"
        for name in (
            "arm_heap errors loop loop_end loop_state ready_queue signal_table signal_watch slots timer_wheel "
            "wait_queue wake_channel"
        ).split()
    ),
]

# The compiler must not take the memory of what has been destroyed for dead: a word that is used
# after its end says so.
RULES = f"""\
flags = -std=c++23 -O1 -g -fno-lifetime-dse -Wall -Wextra -Werror -Wno-clobbered $
    -I{ROOT}/interleavings/shadow -I{ROOT}/interleavings -I{FOLDER}/copy
rule compile
  command = g++ $flags -MMD -MF $out.d -c $in -o $out
  depfile = $out.d
  description = $in
rule link
  command = g++ -o $out $in
"""


def ninja_file():
    own = [*(ROOT / "interleavings/checker").glob("*.cpp")]
    own += (ROOT / "interleavings/scenarios").glob("*.cpp")
    sources = [*sorted(own), *(FOLDER / "copy" / source for source in PRODUCT)]
    objects = [FOLDER / "objects" / f"{source.parent.name}-{source.stem}.o" for source in sources]
    builds = [f"build {to}: compile {source}" for to, source in zip(objects, sources)]
    builds.append(f"build {PROGRAM}: link {' '.join(map(str, objects))}")
    return RULES + "\n".join(builds) + "\n"


def build():
    """Brings the program up to date; gives back the places of orders and the seeded bugs."""
    places, bugs = make_copy(FOLDER / "copy")
    write_if_new(FOLDER / "build.ninja", ninja_file())
    made = subprocess.run(
        ["ninja", "-C", FOLDER, "-f", "build.ninja", "--quiet"],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        print(made.stdout + made.stderr, file=sys.stderr)
        raise SystemExit("interleavings: the checker cannot be built")
    return places, bugs


def check(*arguments):
    """Runs the program; gives back its exit status and what it printed."""
    try:
        result = subprocess.run(
            [PROGRAM, *arguments], stdout=subprocess.PIPE, text=True, check=False, timeout=600
        )
    except subprocess.TimeoutExpired:
        raise SystemExit(f"interleavings: no end after ten minutes: {' '.join(arguments)}") from None
    return result.returncode, result.stdout


def check_shortly_first(*arguments):
    """As check(), for what is most probably caught: a short run of all scenarios comes first."""
    status, output = check(*arguments, "--executions", "500")
    return (status, output) if status not in (0, 3) else check(*arguments)
