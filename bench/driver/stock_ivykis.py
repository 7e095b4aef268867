"""The last step of a full run: our libivykis beside Debian's, which bench/ivykis/compare does.

It is asked for one case at a time, so that this step, too, can be interrupted and gone on with.
"""

import json

from . import processes
from .places import BIN, BUILD, ROOT, shown
from .programs import MeasurementFailed, digest

PROGRAM = BIN / "bench-ivykis"
LIBRARY = BUILD / "lib/libivykis.so.0"
COMPARE = ROOT / "bench/ivykis/compare"
PREFIX = "ivykis: "
# Of one round on one library, as compare has it, and some more for what compare itself does.
ROUND_SECONDS_MAX = 40
LISTING_SECONDS_MAX = 10


def why_not():
    """None, or why nothing can be compared here."""
    for file in (PROGRAM, LIBRARY, COMPARE):
        if not file.exists():
            return f"there is no {shown(file)}: ./dev bench builds it where libivykis-dev is installed"
    return None


def case_names():
    """As compare calls them, with our prefix; none where nothing can be compared."""
    if why_not():
        return []
    ended = processes.run([PROGRAM, "--list"], LISTING_SECONDS_MAX)
    return [PREFIX + line.split()[0] for line in ended.output.splitlines() if line.strip()]


def step_digest():
    return "" if why_not() else digest(PROGRAM, LIBRARY, COMPARE)


def compare(name, rounds, seconds_max):
    """compare's object for the case of that name. Raises MeasurementFailed, processes.TookTooLong."""
    case = name.removeprefix(PREFIX)
    limit = min(seconds_max, rounds * 2 * ROUND_SECONDS_MAX)
    ended = processes.run([COMPARE, "--json", "--rounds", rounds, "--only", case], limit)
    try:
        results = json.loads(ended.output)
    except ValueError:
        raise MeasurementFailed(f"compare failed: {ended.reason}") from None
    for result in results:
        if result["case"] == case:
            return result
    raise MeasurementFailed(f"compare has no result for {case}: {ended.reason}")


def failed(name, reason):
    """An object like compare's, of a case for which compare itself gave none."""
    return {"case": name.removeprefix(PREFIX), "unit": "", "stock": None, "ours": None, "ratio": None,
            "ratio_quartiles": [None, None], "target": None, "met": None, "floor": None,
            "values": {"stock": [], "ours": []}, "failures": {"compare": reason}}
