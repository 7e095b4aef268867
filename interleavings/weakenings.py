"""Makes one memory order weaker at a time: a scenario has to catch it, or justified.txt to excuse it."""

import os
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

from build import check_shortly_first
from source_copy import ROOT, WEAKER

JUSTIFIED = ROOT / "interleavings/justified.txt"
HOLDS, FAILS, NEVER_USED = 0, 1, 3

# One order made weaker, and what came of it.
Weakening = namedtuple("Weakening", "place weaker status scenario")


def name_of(place, weaker):
    return f"{place.file} | {place.text} | {place.order} -> {weaker}"


def read_justified():
    """The weakenings that need not be caught; each is followed by its reason, on indented lines."""
    lines = JUSTIFIED.read_text().splitlines() if JUSTIFIED.exists() else []
    return [line for line in lines if line and not line.startswith(("#", " "))]


def try_weakening(job):
    place, weaker = job
    status, output = check_shortly_first("--weaken", f"{place.number}={weaker}")
    failed = [line for line in output.splitlines() if " FAILED: " in line]
    scenario = failed[0].split()[0] if failed else "a crash" if status < 0 else ""
    return Weakening(place, weaker, status, scenario)


def tell(weakening, justified):
    """Prints a line; gives back "caught", "justified" or what is wrong."""
    place, name = weakening.place, name_of(weakening.place, weakening.weaker)
    verdict = f"caught by {weakening.scenario}"
    if weakening.status in (HOLDS, NEVER_USED):
        survived = "SURVIVED" if weakening.status == HOLDS else "SURVIVED: no scenario gets there"
        verdict = "justified" if name in justified else survived
    elif not weakening.scenario:
        verdict = f"NOT TRIED: exit status {weakening.status}"
    elif name in justified:
        verdict = f"STALE: justified, but {verdict}"
    order = f"{place.order} -> {weakening.weaker}"
    print(f"{place.file}:{place.line:<4} {order:<20} {verdict}", flush=True)
    return verdict.split()[0].rstrip(":")


def weaken_all(places):
    """Tries all weakenings of `places`; gives back the figure, and whether it is as it must be."""
    justified = read_justified()
    jobs = [(place, weaker) for place in places for weaker in WEAKER[place.order]]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = [tell(each, justified) for each in pool.map(try_weakening, jobs)]
    names = {name_of(place, weaker) for place, weaker in jobs}
    files = {place.file for place in places}
    stale = [name for name in justified if name not in names and name.split(" | ")[0] in files]
    for name in stale:
        print(f"STALE: nothing is so any more: {name}")
    caught, excused = verdicts.count("caught"), verdicts.count("justified")
    good = bool(jobs) and not stale and caught + excused == len(jobs)
    return f"{len(jobs)} weakenings, {caught} caught, {excused} justified", good
