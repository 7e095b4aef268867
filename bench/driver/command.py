"""The command line of bench/run: what is asked for, and in which order it is done."""

import argparse
import fcntl
import json
import math
import os
import signal
import sys
from contextlib import contextmanager
from pathlib import Path

from . import (as_json, as_markdown, machine, places, plan, programs, results, rounds, selection,
               stock_ivykis, table)
from .clock import Deadline
from .measuring import Measuring, OutOfTime, known_seconds
from .problem import Problem
from .progress import Progress
from .report import page
from .store import Store, now

EPILOG = """\
A full run (no --quick, no --only) keeps each figure in build/bench/full.jsonl as soon as it is there,
and goes on there when it was interrupted, as long as the programs of a case are the same files. What
others have left there is set aside. --quick and --only measure anew and keep their figures in
quick.jsonl and only.jsonl beside it; with both, the cases that are named have a minute. TOCSIN_BENCH_DIR
names another folder for these files, and TOCSIN_BIN_DIR another one for the programs than
build/release/bin.

Exit status: 0; 1 when a contestant failed or counted wrongly; 2 when nothing could be measured; 130 when
interrupted. What must come out is shown as reached or missed and changes no exit status."""


def at_least(least, convert):
    def check(text):
        value = convert(text)
        if value < least:
            raise ValueError
        return value

    check.__name__ = f"number of {least} or more"
    return check


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="bench/run", description="Measures Tocsin beside its peers and the bare kernel.",
        epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--quick", action="store_true", help="a selection of cases beside who comes closest; under 60 seconds, or --minutes")
    add("--only", action="append", default=[], metavar="TEXT",
        help="cases with TEXT in their names; may be repeated")
    add("--rounds", type=at_least(1, int), metavar="N",
        help=f"rounds of each case ({rounds.FULL_ROUNDS}, quick {rounds.QUICK_ROUNDS})")
    add("--minutes", type=at_least(0, float), metavar="N",
        help="stop in time with what is there; the same command goes on")
    add("--restart", action="store_true", help="throw away what an interrupted run has left")
    add("--from", dest="source", type=Path, metavar="FILE", help="measure nothing, show a stored run")
    add("--report", nargs="?", type=Path, const=places.REPORT, metavar="FILE",
        help=f"write an HTML page ({places.shown(places.REPORT)})")
    add("--json", action="store_true", help="all figures as one JSON object")
    add("--markdown", action="store_true", help="what must come out and what has, as a table of Markdown")
    add("--list", action="store_true", help="cases, contestants and versions; measure nothing")
    chosen = parser.parse_args(arguments)
    is_full = not (chosen.quick or chosen.only or chosen.source or chosen.list)
    if is_full and chosen.rounds and chosen.rounds < rounds.FULL_ROUNDS_MIN:
        parser.error(f"a full run has at least {rounds.FULL_ROUNDS_MIN} rounds: for fewer use --quick or "
                     "--only")
    return chosen


@contextmanager
def alone():
    """Two runs at once would disturb each other's figures."""
    places.KEPT.mkdir(parents=True, exist_ok=True)
    with open(places.LOCK, "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Problem(f"another bench/run, process {file.read().strip()}, is measuring here: wait for "
                          "its end, because two at once disturb each other") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def list_cases(planned, ivykis_names, in_json):
    for case in planned:
        for one in case.contestants:
            entry = {"case": case.name, "contestant": one.name, "version": one.version}
            print(json.dumps(entry) if in_json else f"{case.name}: {one.name} {one.version}".rstrip())
    for name in ivykis_names:
        print(json.dumps({"case": name}) if in_json else f"{name}: our libivykis and Debian's")


def file_of(chosen):
    if chosen.quick:
        return places.QUICK
    return places.ONLY if chosen.only else places.FULL


def begin(chosen, planned, ivykis_names, broken, progress):
    """A store that begins with what this run is, and the identity of the machine."""
    described = machine.describe()
    identity = machine.identity(described)
    wanted = chosen.rounds or (rounds.QUICK_ROUNDS if chosen.quick else rounds.FULL_ROUNDS)
    kept = Store(file_of(chosen))
    stale = kept.begin({
        "at": now(),
        "machine": described,
        "identity": identity,
        "rounds": wanted,
        "quick": chosen.quick,
        "planned": [case.as_object() for case in planned],
        "digests": {case.name: case.digest for case in planned},
        "broken": broken,
        "ivykis_planned": ivykis_names,
        "ivykis_digest": stock_ivykis.step_digest(),
    }, restart=chosen.restart or chosen.quick or bool(chosen.only))
    if stale:
        progress.say(f"{stale} figures of other programs, or of another machine, were set aside in "
                     f"{places.shown(kept.previous)}")
    return kept, identity, wanted


def measure(chosen, planned, ivykis_names, broken, deadline, progress):
    """Measures what is planned as far as time allows; returns the run."""
    known = known_seconds([places.FULL, places.QUICK, places.ONLY])
    kept, identity, wanted = begin(chosen, planned, ivykis_names, broken, progress)
    asked = (rounds.QuickRun(planned, wanted, progress) if chosen.quick else
             rounds.FullRun(planned, ivykis_names, wanted, known, progress))
    try:
        left_out = asked.measure(Measuring(kept, identity, deadline))
        if left_out:
            kept.add({"left_out": left_out})
    except OutOfTime:
        progress.say(f"stopped after {chosen.minutes:g} minutes; the table names what is missing. "
                     + how_to_go_on(chosen))
    except KeyboardInterrupt:
        progress.say(f"interrupted. {how_to_go_on(chosen)}")
        raise
    finally:
        progress.end()
    return results.run_from(kept.lines)


def how_to_go_on(chosen):
    if file_of(chosen) == places.FULL:
        return "The same command goes on from here, --restart begins anew"
    return f"What was measured is in {places.shown(file_of(chosen))}, --from shows it"


def quick_plan(planned, chosen, progress):
    """What --only names is measured whole, as far as the time goes."""
    if chosen.only:
        return planned
    for case, contestant in selection.unknown(planned):
        progress.say(f"selected for quick runs, and no program has it: {contestant} in '{case}'")
    return selection.selected(planned)


def measured_run(chosen, progress):
    """None when only a list was asked for."""
    seconds = rounds.QUICK_SECONDS if chosen.quick else math.inf
    deadline = Deadline(seconds if chosen.minutes is None else chosen.minutes * 60)
    contestants, broken = programs.all_contestants()
    for program, why in broken.items():
        progress.say(f"{program} is left out: {why}")
    everything = plan.plan_of(contestants)
    ivykis_names = stock_ivykis.case_names()
    planned = plan.chosen(everything, chosen.only, ivykis_names)
    ivykis_names = [name for name in ivykis_names if plan.is_wanted(name, chosen.only)]
    if chosen.quick:
        planned, ivykis_names = quick_plan(planned, chosen, progress), []
    if chosen.list:
        list_cases(planned, ivykis_names, chosen.json)
        return None
    if stock_ivykis.why_not() and file_of(chosen) == places.FULL:
        progress.say(f"nothing is compared with Debian's libivykis: {stock_ivykis.why_not()}")
    with alone():
        run = measure(chosen, planned, ivykis_names, broken, deadline, progress)
    if file_of(chosen) == places.FULL:
        if table.unmatched_words(run):
            progress.say(table.unmatched_words(run))
    return run


def show(run, chosen, progress):
    if chosen.json:
        print(json.dumps(as_json.run_object(run), indent=1))
    elif chosen.markdown:
        print(as_markdown.markdown(run))
    else:
        print(table.table(run))
    if chosen.report:
        chosen.report.parent.mkdir(parents=True, exist_ok=True)
        chosen.report.write_text(page(run), encoding="utf-8")
        progress.say(f"the page is {places.shown(chosen.report.absolute())}")


def main(arguments=None):
    chosen = parse(arguments)
    progress = Progress()
    # So that a run that is ended by its caller ends the program that it is running, too.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        run = results.stored_run(chosen.source) if chosen.source else measured_run(chosen, progress)
        if run:
            show(run, chosen, progress)
    except Problem as problem:
        progress.say(str(problem))
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return 1 if run and run.failures else 0
