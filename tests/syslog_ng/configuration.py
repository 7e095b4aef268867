"""What syslog-ng is told to do: take lines, and put every one of them into a file, in order."""

from dataclasses import dataclass
from pathlib import Path

# With flow control a source stops reading before the queue of the destination is full. What all
# connections together may have under way (log-iw-size) has to fit in that queue (log-fifo-size).
CONNECTIONS_MAX = 300
LINES_UNDER_WAY = 1000  # of one connection
QUEUE = 2 * CONNECTIONS_MAX * LINES_UNDER_WAY
RECEIVE_BUFFER = 4 * 1024 * 1024

STREAM = (f"max-connections({CONNECTIONS_MAX}) "
          f"log-iw-size({CONNECTIONS_MAX * LINES_UNDER_WAY})")
SINGLE = f"log-iw-size({LINES_UNDER_WAY}) log-fetch-limit(1000)"
TCP = f'network(ip("127.0.0.1") port(0) transport("tcp") {STREAM}'

SOURCES = {
    "tcp": f"{TCP} log-fetch-limit(1000))",
    "tcp, as it comes": f"{TCP})",
    "udp": f'network(ip("127.0.0.1") port(0) transport("udp") so-rcvbuf({RECEIVE_BUFFER}) {SINGLE})',
    "unix": f'unix-dgram("%/socket" flags(expect-hostname) {SINGLE})',
    "pipe": f'pipe("%/pipe" flags(expect-hostname) {SINGLE})',
    "file": f'file("%/followed" follow-freq(0.1) {SINGLE})',
    "folder": 'wildcard-file(base-dir("%/watched") filename-pattern("*.log") '
              f'monitor-method("inotify") follow-freq(0.1) {SINGLE})',
}

TEXT = """@version: 3.38
options {{
    threaded(yes); keep-hostname(yes); chain-hostnames(no); use-dns(no); dns-cache(no);
    stats-freq(0); stats-level(1); time-reap(0); log-msg-size(8192);
    log-fifo-size({queue});
}};
{sources}
destination lines {{ {destination}; }};
log {{ {named} {parser} destination(lines); {flags} }};
"""


@dataclass(frozen=True)
class Configuration:
    """Names of SOURCES, or sources as syslog-ng spells them; % is the folder. Without `flow_control`
    and with a short `queue` it loses lines, to see that this is found."""

    sources: tuple
    flow_control: bool = True
    queue: int = QUEUE
    parser: str = ""
    destination: str = 'file("%/lines" template("$MSG\\n"))'

    def write(self, folder):
        """Lays down what the sources need, and the configuration, in `folder`; returns its path."""
        for name in self.sources:
            prepare(name, Path(folder))
        sources = "\n".join(f"source source_{n} {{ {SOURCES.get(name, name)}; }};"
                            for n, name in enumerate(self.sources))
        text = TEXT.format(
            sources=sources,
            destination=self.destination,
            queue=self.queue,
            named=" ".join(f"source(source_{n});" for n in range(len(self.sources))),
            parser=f"parser {{ {self.parser}; }};" if self.parser else "",
            flags="flags(flow-control);" if self.flow_control else "")
        path = Path(folder) / "syslog-ng.conf"
        path.write_text(text.replace("%", str(folder)), encoding="ascii")
        return path


def prepare(name, folder):
    if name == "file":
        (folder / "followed").touch()
    elif name == "folder":
        (folder / "watched").mkdir()
        (folder / "watched" / "one.log").touch()
