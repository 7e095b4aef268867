"""Tells what a contestant is, by its name alone: Tocsin, a floor or a peer."""

TOCSIN, FLOOR, PEER = "tocsin", "floor", "peer"

# What the kernel or the hardware needs when no library stands between.
FLOORS = {
    "eventfd + epoll",
    "eventfd + read",
    "futex",
    "pipe",
    "seqpacket",
    "seqpacket, ping-pong",
    "cache line",
    "bare epoll",
}


def kind_of(contestant):
    if contestant.startswith("tocsin"):
        return TOCSIN
    return FLOOR if contestant in FLOORS else PEER


def display_order(contestant):
    """A sort key: ours, then the floors, then the peers."""
    return [TOCSIN, FLOOR, PEER].index(kind_of(contestant)), contestant.lower()
