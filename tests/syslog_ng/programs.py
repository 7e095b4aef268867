"""What else in Debian 12 runs on libivykis: the example modules of syslog-ng, which link it themselves
(package syslog-ng-mod-examples), and the tools beside the daemon, which load it through its library.
And what syslog-ng does with it that the loads do not: destinations that connect."""

import re
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from configuration import Configuration
from daemon import Daemon
from lines import LINE_SIZE, check_lines
from loads import load_named
from sending import end_sender, start_sender
from waiting import Late, wait_until

SECONDS_MAX = 120
GENERATED = 500

GENERATOR = f'example-msg-generator(num({GENERATED}) freq(0.001) template("generated"))'
RANDOM = 'example-random-generator(bytes(16) freq(0.001) type("urandom"))'
GROUPS = ('grouping-by(key("key") scope("global") timeout(1) '
          'aggregate(value("MESSAGE" "a group of $(context-length)")))')
THREADED = 'example_destination(filename("%/threaded"))'
DISK_QUEUE = ('network("127.0.0.1" port(1) time-reopen(1) template("$MSG\\n") disk-buffer('
              'disk-buf-size(10000000) mem-buf-size(1000000) reliable(yes) dir("%")))')
NEXT = ('unix-stream("%/next" time-reopen(1) '
        'template("<13>Oct 11 22:14:15 host proof: $MSG\\n"))')
PREFIX = re.compile(rb"^thread_id=\d+ message=", re.MULTILINE)

PATTERNS = """<patterndb version='4' pub_date='2026-01-01'>
<ruleset name='proof' id='1'><pattern>proof</pattern><rules>
<rule provider='proof' id='2' class='system'><patterns>
<pattern>user @ESTRING:user: @came from @IPv4:address@</pattern></patterns></rule>
</rules></ruleset></patterndb>
"""
MESSAGE = "user anna came from 10.0.0.7"


def lines_in(path):
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def check_generator(daemon):
    """Its timers are armed by the module itself, those of the groups by libdbparser."""
    def members():
        said = Counter(lines_in(daemon.lines))
        groups = [int(line.split()[-1]) - 1 for line in said.elements() if line.startswith("a group")]
        return said["generated"], sum(groups)

    wait_until(lambda: min(members()) >= GENERATED, SECONDS_MAX, "the messages and their group")
    if members() != (GENERATED, GENERATED):
        return [f"{members()} messages and members of groups instead of {GENERATED} each"]
    return []


def check_random(daemon):
    """A source in a thread of its own; each line is one that nobody else would make."""
    wait_until(lambda: len(lines_in(daemon.lines)) >= 200, SECONDS_MAX, "200 lines of noise")
    lines = lines_in(daemon.lines)[:200]
    bad = [line for line in lines if not re.fullmatch("[0-9a-f]{32}", line)]
    return [f"not what a random generator says: {bad[:3]}"] if bad else []


def check_threaded(daemon):
    """A destination in a thread of its own, with a loop, events, a task and timers in it."""
    path = daemon.folder / "threaded"
    sent = end_sender(start_sender(daemon, load_named("tcp-10"), 50_000))
    bare = daemon.folder / "bare"

    def has_all():
        daemon.check_alive()
        if path.exists():
            bare.write_bytes(PREFIX.sub(b"", path.read_bytes()))
        return bare.exists() and bare.stat().st_size >= sum(sent.values()) * LINE_SIZE

    wait_until(has_all, SECONDS_MAX, "all lines")
    return check_lines(bare, sent).problems()


def check_disk_queue(daemon):
    """A destination that nobody serves: it connects in vain; the lines wait on disk."""
    sent = end_sender(start_sender(daemon, load_named("tcp-10"), 1000))
    wait_until(lambda: ";queued;1000" in daemon.control("stats"), SECONDS_MAX, "1000 lines on disk")
    wait_until(lambda: daemon.said().count("Syslog connection failed") >= 3, SECONDS_MAX, "retries")
    daemon.end()
    queue = next(daemon.folder.glob("*.rqf"))
    said = subprocess.run(["/usr/bin/dqtool", "cat", queue], env=daemon.library.environment(),
                          capture_output=True, timeout=SECONDS_MAX, check=True)
    (daemon.folder / "bare").write_bytes(re.sub(rb"^.* proof: ", b"", said.stdout, flags=re.M))
    return (check_lines(daemon.folder / "bare", sent).problems()
            + daemon.library.problems_of_program("/usr/bin/dqtool"))


def check_relay(daemon):
    """The next syslog-ng is not there when the lines come; it gets all of them when it is."""
    wait_until(lambda: "onnection failed" in daemon.said(), SECONDS_MAX, "a try in vain")
    sent = end_sender(start_sender(daemon, load_named("tcp-10"), 50_000))
    folder = daemon.folder / "second"
    folder.mkdir()
    source = f'unix-stream("{daemon.folder}/next" flags(expect-hostname))'
    second = Daemon(folder, Configuration((source,)), daemon.library)
    try:
        second.wait_until_ready()
        wait_until(lambda: second.lines.exists()
                   and second.lines.stat().st_size >= sum(sent.values()) * LINE_SIZE,
                   SECONDS_MAX, "all lines")
        problems = daemon.library.problems_of(second.pid)
    finally:
        end = second.problems_at_end()
    return problems + end + check_lines(second.lines, sent).problems()


DAEMONS = {
    "module: message generator, groups": (check_generator, Configuration((GENERATOR,), parser=GROUPS)),
    "module: random generator": (check_random, Configuration((RANDOM,))),
    "module: destination with a thread": (
        check_threaded, Configuration(("tcp",), destination=THREADED)),
    "disk queue, dqtool": (check_disk_queue, Configuration(("tcp",), destination=DISK_QUEUE)),
    "relay to a second syslog-ng": (check_relay, Configuration(("tcp",), destination=NEXT)),
}


def run_daemon(name, library):
    """Problems of one of DAEMONS on that library."""
    check, configuration = DAEMONS[name]
    problems = []
    with tempfile.TemporaryDirectory(prefix="tocsin-syslog-ng-") as folder:
        daemon = Daemon(folder, configuration, library)
        try:
            daemon.wait_until_ready()
            problems += library.problems_of(daemon.pid) + check(daemon)
            if daemon.process.poll() is None:
                problems += daemon.problems_in_statistics()
        except (Late, OSError, subprocess.SubprocessError) as error:
            problems.append(str(error))
        finally:
            problems += daemon.problems_at_end()
    return problems


def commands(folder):
    """Each with what its output has to contain."""
    persist = folder / "syslog-ng.persist"
    return {
        "pdbtool test": (["/usr/bin/pdbtool", "test", folder / "patterns.xml"], ""),
        "pdbtool match": (["/usr/bin/pdbtool", "match", "-p", folder / "patterns.xml", "-P", "proof",
                           "-M", MESSAGE], "address=10.0.0.7"),
        "persist-tool generate": (["/usr/bin/persist-tool", "generate", "-o", folder], ""),
        "persist-tool add": (["/usr/bin/persist-tool", "add", "-o", folder, folder / "entry"], ""),
        "persist-tool dump": (["/usr/bin/persist-tool", "dump", persist], 'proof = { "value": "61 62 '),
    }


def run_tools(library):
    """Problems of the tools on that library."""
    problems = []
    with tempfile.TemporaryDirectory(prefix="tocsin-syslog-ng-") as name:
        folder = Path(name)
        (folder / "patterns.xml").write_text(PATTERNS, encoding="ascii")
        (folder / "entry").write_text('proof = { "value": "61 62 63" }\n', encoding="ascii")
        for name, (command, expected) in commands(folder).items():
            problems += library.problems_of_program(command[0])
            said = subprocess.run(command, env=library.environment(), capture_output=True, text=True,
                                  timeout=SECONDS_MAX, cwd=folder, check=False)
            if said.returncode != 0 or expected not in said.stdout + said.stderr:
                problems.append(f"{name}: exit code {said.returncode}: {said.stdout}{said.stderr}")
    return problems
