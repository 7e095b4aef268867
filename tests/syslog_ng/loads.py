"""The loads that syslog-ng is put under."""

from dataclasses import dataclass, replace

from configuration import Configuration

SECONDS_WITHOUT_A_LINE_MAX = 10


@dataclass(frozen=True)
class Load:
    """`share` is that of all lines, in hundredths; `lines` is a number that does not grow with them."""

    name: str
    what: str
    source: str
    kind: str
    connections: int = 1
    share: int = 0
    lines: int = 0
    rate: int = 0
    reloads: int = 0
    configuration: Configuration = None
    fault: str = ""
    patience: float = SECONDS_WITHOUT_A_LINE_MAX

    def lines_of(self, total):
        return self.lines or max(self.connections, total * self.share // 100)

    def is_paced(self):
        return bool(self.rate) and not self.reloads


LOADS = [
    Load("tcp-1", "TCP, 1 connection", "tcp", "tcp", share=27),
    Load("tcp-10", "TCP, 10 connections", "tcp", "tcp", 10, share=27),
    Load("tcp-100", "TCP, 100 connections", "tcp", "tcp", 100, share=27),
    Load("tcp-small", "TCP, 10 connections, 10 lines a job", "tcp, as it comes", "tcp", 10, share=10),
    Load("tcp-paced", "TCP, a line every millisecond", "tcp", "tcp", lines=2000, rate=1000),
    Load("udp", "UDP, 5,000 a second", "udp", "udp", lines=10_000, rate=5000),
    Load("unix", "Unix datagrams", "unix", "unix", share=2),
    Load("reload", "TCP, three reloads meanwhile", "tcp", "tcp", 10, share=10, rate=40_000, reloads=3),
    Load("pipe", "a named pipe", "pipe", "file", share=2),
    Load("file", "a file that grows", "file", "file", share=2),
    Load("folder", "a folder that is watched", "folder", "file", share=2),
]


def load_named(name):
    return next(load for load in LOADS if load.name == name)


def with_fault(load, fault):
    """The same load by a sender that swaps, loses, repeats or damages a line."""
    return replace(load, fault=fault, patience=1)
