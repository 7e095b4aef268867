"""In which order cases are measured and shown, and under which headings.

Programs list their cases in any order, and several share a case, so the order has to be said here.
"""

import re

SECTIONS = [
    ("Posting", [r"posts swallowed.*", r"post one event\b.*", r"post distinct events\b.*"]),
    ("Waking", [r"wake ping-pong, one core", r"wake.*", r"raw event.*, one core", r"raw event.*"]),
    ("Posts of a loop to itself", [r"self-post.*", r"burst.*"]),
    ("Idle events", [r"idle events.*"]),
    ("Loops", [r"loops:.*"]),
    ("Timers", [r"timers: arm far.*", r"timers: arm near.*", r"timers: cancel.*", r"timers: expire.*",
                r"timers:.*"]),
    ("Descriptors", [r"descriptors: dispatch.*", r"descriptors: register.*",
                     r"descriptors: unregister.*", r"descriptors:.*"]),
    ("Notification", [r"notify: broadcast.*", r"notify: cycle.*", r"notify:.*", r"trigger.*"]),
    ("Served resources", [r"poll:.*", r"epoll of.*", r"file: open.*", r"file:.*"]),
    ("QNX", [r"pulse:.*", r"crowd:.*", r"thread to thread:.*"]),
]
OTHER = "Other cases"


def place(case):
    """(heading, rank of the pattern): cases of one pattern belong together."""
    rank = 0
    for heading, patterns in SECTIONS:
        for pattern in patterns:
            rank += 1
            if re.fullmatch(pattern, case):
                return heading, rank
    return OTHER, rank + 1


def heading_of(case):
    return place(case)[0]


def display_order(case):
    """A sort key in which 10000 follows 100, and numbers that differ last follow each other."""
    parts = re.split(r"(\d+)", case)
    natural = [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
    return place(case)[1], natural
