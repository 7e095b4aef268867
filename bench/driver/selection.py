"""What a quick run measures: a case for most lines of what must come out, beside the floor and the peers
that come closest in full runs."""

from .plan import PlannedCase

CONTESTANTS = {
    "posts swallowed, of 800000": ["tocsin", "libuv"],
    "post one event, 1 threads": ["tocsin", "libuv", "ivykis"],
    "post one event, 4 threads": ["tocsin", "libuv", "ivykis"],
    "post distinct events, ring of 1024, 2 threads":
        ["tocsin", "libuv + queue", "libev + queue", "ivykis"],
    "wake ping-pong, one core": ["tocsin", "eventfd + epoll", "libev", "ivykis"],
    "wake ping-pong, across cores":
        ["tocsin", "tocsin spinning", "eventfd + epoll", "cache line", "libuv"],
    "self-post chain": ["tocsin", "tocsin task", "libev"],
    "burst of 1000": ["tocsin", "tocsin task", "libev"],
    "raw event between processes, one core": ["tocsin", "eventfd + epoll", "ivykis"],
    "timers: arm far, 1000000": ["tocsin", "libev"],
    "timers: cancel, 1000000": ["tocsin", "libev"],
    "timers: memory, 1000000": ["tocsin"],
    "descriptors: dispatch, 10000": ["tocsin", "bare epoll"],
    "descriptors: register, 10000": ["tocsin", "bare epoll"],
    "idle events: post one among 1": ["tocsin"],
    "idle events: post one among 100000": ["tocsin"],
    "idle events: memory, 100000": ["tocsin"],
    "poll: from the trigger to the client that wakes, one core": ["tocsin", "libfuse"],
    "notify: cycle of 1 clients in one process, one core": ["tocsin", "eventfd + epoll"],
    "notify: cycle of 100 clients in one process, one core": ["tocsin", "seqpacket"],
    "notify: broadcast to 100 clients in one process, one core": ["tocsin", "eventfd + epoll"],
    "trigger, nobody armed": ["tocsin"],
    "trigger, one of 1 fires": ["tocsin"],
    "trigger, one of 100000 fires": ["tocsin"],
}


def selected(plan):
    """Of the planned cases those, with those contestants, as far as they are there."""
    found = []
    for case in plan:
        names = CONTESTANTS.get(case.name, [])
        contestants = tuple(one for one in case.contestants if one.name in names)
        if contestants:
            found.append(PlannedCase(case.name, contestants))
    return found


def unknown(plan):
    """What is selected and no program offers, as (case, contestant)."""
    offered = {(case.name, one.name) for case in plan for one in case.contestants}
    return [(case, name) for case, names in CONTESTANTS.items() for name in names
            if (case, name) not in offered]
