"""Whether each line that was sent has arrived, once, whole, and in order on its connection."""

from collections import Counter
from dataclasses import dataclass, field

# As sender.c makes them, when syslog-ng has taken the header off.
PADDING = b" abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxy"
LINE_SIZE = 4 + 1 + 10 + len(PADDING) + 1


@dataclass
class Tally:
    """What is wrong with the lines; all is well if it is all zero."""

    good: int = 0
    lost: int = 0
    reordered: int = 0
    repeated: int = 0
    damaged: int = 0
    examples: list = field(default_factory=list)

    def problems(self):
        kinds = ("lost", "reordered", "repeated", "damaged")
        wrong = ", ".join(f"{getattr(self, kind)} {kind}" for kind in kinds if getattr(self, kind))
        return [f"lines: {wrong}, e.g. {'; '.join(self.examples[:3])}"] if wrong else []


class Checker:
    """Takes the lines as they arrived, then says what is wrong with them."""

    def __init__(self):
        self.next = Counter()  # by connection
        self.missing = {}  # by connection: the numbers passed over that may still come
        self.tally = Tally()

    def take(self, text):
        """`text` is made of whole lines."""
        following, good = self.next, 0
        for line in text.splitlines():
            connection = line[:4]
            if line[15:] == PADDING and line[5:15].isdigit() and connection.isdigit():
                number = int(line[5:15])
                if number == following[connection]:
                    following[connection] = number + 1
                    good += 1
                else:
                    self.take_surprise(connection, number)
            else:
                self.note("damaged", line[:80])
        self.tally.good += good

    def take_surprise(self, connection, number):
        missing = self.missing.setdefault(connection, set())
        if number > self.next[connection]:
            missing.update(range(self.next[connection], number))
            self.next[connection] = number + 1
        elif number in missing:
            missing.remove(number)
            self.note("reordered", b"%b %d" % (connection, number))
        else:
            self.note("repeated", b"%b %d" % (connection, number))

    def note(self, kind, example, count=1):
        setattr(self.tally, kind, getattr(self.tally, kind) + count)
        self.tally.examples.append(f"{kind}: {example.decode(errors='replace')}")

    def conclude(self, sent):
        """`sent` tells for each connection how many lines went over it."""
        for number, count in sent.items():
            connection = b"%04d" % number
            following = self.next.pop(connection, 0)
            missing = sorted(self.missing.get(connection, ()))
            lost = len(missing) + max(0, count - following)
            if lost:
                first = missing[0] if missing else following
                self.note("lost", b"%b %d" % (connection, first), lost)
            if following > count:
                self.note("repeated", b"%b, never sent" % connection, following - count)
        for connection, following in self.next.items():
            if following:
                self.note("damaged", b"%b, an unknown connection" % connection)
        return self.tally


def check_lines(path, sent):
    checker = Checker()
    with open(path, "rb") as file:
        rest = b""
        while block := file.read(1 << 20):
            rest += block
            end = rest.rfind(b"\n") + 1
            checker.take(rest[:end])
            rest = rest[end:]
        if rest:
            checker.note("damaged", b"an unfinished line: " + rest[:80])
    return checker.conclude(sent)
