"""What must come out, as a table. Nothing fails by it: a line is reached or missed, and shown so."""

from dataclasses import dataclass

BEST_PEER = "best peer"
# The lowest floor of the case.
FLOOR = "floor"


@dataclass(frozen=True)
class Expectation:
    """`ours` in each case whose whole name matches `case` is at most `at_most` times `against`."""

    case: str  # a regular expression
    at_most: float
    # The name of a contestant, BEST_PEER, FLOOR; None for a limit in the unit of the metric itself.
    against: str | None = None
    # Where `against` is measured when not in the same case; with `against` None: ours over there.
    against_case: str | None = None
    ours: str = "tocsin"
    # Of several figures; None for the one that ratios of the case are about.
    metric: str | None = None


DISTINCT = r"post distinct events, ring of \d+, \d+ threads?"
ONE_CORE = r"wake ping-pong, one core"
ASLEEP = r"wake (ping-pong, across cores|after a pause of 200 us)"
# Clients of one process, and as many processes.
CROWD = r"clients? in (one process|\d+ process(es)?)"

EXPECTATIONS = [
    Expectation(r"posts swallowed, of \d+", 0, metric="count"),
    Expectation(r"post one event, 1 threads?", 0.8, BEST_PEER),
    Expectation(r"post one event, [24] threads", 1.0, BEST_PEER),
    Expectation(DISTINCT, 0.35, BEST_PEER),
    Expectation(DISTINCT, 0.25, "ivykis"),
    Expectation(ONE_CORE, 0.70, "eventfd + epoll"),
    Expectation(ONE_CORE, 1.0, BEST_PEER),
    Expectation(ASLEEP, 1.0, "eventfd + epoll"),
    Expectation(ASLEEP, 1.0, BEST_PEER),
    Expectation(ASLEEP, 1.5, "cache line", ours="tocsin spinning"),
    Expectation(r"self-post chain", 1.0, BEST_PEER),
    Expectation(r"burst of 1000", 0.8, BEST_PEER),
    # libev's pending queue is for its own thread only, and so are tasks.
    Expectation(r"self-post chain", 1.0, BEST_PEER, ours="tocsin task"),
    Expectation(r"burst of 1000", 0.8, BEST_PEER, ours="tocsin task"),
    Expectation(r"raw event between processes, .*", 1.0, "eventfd + epoll"),
    Expectation(r"timers: arm (far|near), 1000000", 0.25, BEST_PEER),
    Expectation(r"timers: cancel, 1000000", 0.25, BEST_PEER),
    Expectation(r"timers: expire, 1000000", 0.5, BEST_PEER),
    Expectation(r"timers: memory, 1000000", 64, metric="bytes"),
    Expectation(r"idle events: memory, 100000", 40, metric="bytes"),
    Expectation(r"descriptors: (dispatch|register|unregister), 10000", 1.05, "bare epoll"),
    Expectation(r"idle events: post one among 100000", 1.1,
                against_case="idle events: post one among 1"),
    Expectation(r"poll: from the trigger to the client that wakes, .*", 1.1, "libfuse"),
    Expectation(rf"notify: cycle of 1 {CROWD}, one core", 1.15, "eventfd + epoll"),
    Expectation(rf"notify: cycle of 100 {CROWD}, one core", 0.35, "seqpacket"),
    Expectation(rf"notify: broadcast to 1000? {CROWD}, one core", 1.0, "eventfd + epoll"),
    Expectation(r"trigger, nobody armed", 20, metric="ns"),
    Expectation(r"trigger, one of 100000 fires", 1.5, against_case="trigger, one of 1 fires"),
]

# Of the ivykis cases: whoever compares asks for more than 1 here and there, see bench/ivykis/compare.
IVYKIS_AT_MOST = 1.0
