"""Proves that each check of the proof finds what it is there to find. On Debian's library."""

import os
import shutil
import socket
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

from configuration import Configuration
from daemon import Daemon, State
from library import FILE, Library, mapped_files
from lines import PADDING, Checker
from loads import load_named, with_fault
from run import run_load
from soak import growth_of

STOCK = Library("stock")


def line(connection, number, padding=PADDING):
    return b"%04d %010d%b\n" % (connection, number, padding)


class Lines(unittest.TestCase):
    def tally(self, numbers, sent):
        checker = Checker()
        checker.take(b"".join(line(connection, number) for connection, number in numbers))
        return checker.conclude(sent)

    def assert_is(self, tally, **expected):
        found = {kind: getattr(tally, kind) for kind in ("lost", "reordered", "repeated", "damaged")}
        self.assertEqual(found, {kind: expected.get(kind, 0) for kind in found})
        self.assertEqual(bool(tally.problems()), bool(expected))

    def test_lines_in_order_on_each_connection_pass(self):
        self.assert_is(self.tally([(0, 0), (1, 0), (1, 1), (0, 1)], {0: 2, 1: 2}))

    def test_a_lost_line_is_found(self):
        self.assert_is(self.tally([(0, 0), (0, 2)], {0: 3}), lost=1)

    def test_lost_last_lines_are_found(self):
        self.assert_is(self.tally([(0, 0)], {0: 3}), lost=2)

    def test_a_connection_without_a_line_is_found(self):
        self.assert_is(self.tally([(0, 0)], {0: 1, 1: 5}), lost=5)

    def test_swapped_lines_are_found_and_not_counted_as_lost(self):
        self.assert_is(self.tally([(0, 1), (0, 0), (0, 2)], {0: 3}), reordered=1)

    def test_a_repeated_line_is_found(self):
        self.assert_is(self.tally([(0, 0), (0, 0), (0, 1)], {0: 2}), repeated=1)

    def test_a_line_never_sent_is_found(self):
        self.assert_is(self.tally([(0, 0), (0, 1)], {0: 1}), repeated=1)
        self.assert_is(self.tally([(0, 0), (7, 0)], {0: 1}), damaged=1)

    def test_a_torn_line_is_found(self):
        checker = Checker()
        checker.take(line(0, 0, PADDING[:-1]))
        self.assert_is(checker.conclude({0: 0}), damaged=1)


class Loads(unittest.TestCase):
    def problems(self, load, total=2000):
        return run_load(load, total, STOCK).problems

    def assert_finds(self, words, problems):
        self.assertTrue(any(words in problem for problem in problems), f"{words}: {problems}")

    def small(self, name="tcp-10"):
        return replace(load_named(name), lines=2000)

    def test_a_sound_run_has_no_problems(self):
        self.assertEqual(self.problems(self.small()), [])

    def test_a_sender_that_swaps_two_lines_is_found(self):
        self.assert_finds("lines: 1 reordered", self.problems(with_fault(self.small(), "swap")))

    def test_a_sender_that_loses_a_line_is_found(self):
        self.assert_finds("lines: 1 lost", self.problems(with_fault(self.small(), "lose")))

    def test_a_sender_that_repeats_a_line_is_found(self):
        self.assert_finds("1 lost, 1 repeated", self.problems(with_fault(self.small(), "repeat")))

    def test_a_sender_that_damages_a_line_is_found(self):
        self.assert_finds("1 lost, 1 damaged", self.problems(with_fault(self.small(), "damage")))

    def test_datagrams_are_checked_as_streams_are(self):
        for name in ("udp", "unix"):
            self.assert_finds("1 reordered", self.problems(with_fault(self.small(name), "swap")))

    def test_a_configuration_that_drops_is_found(self):
        lossy = Configuration(("tcp",), flow_control=False, queue=1)
        load = replace(self.small(), lines=100_000, configuration=lossy, patience=1)
        problems = self.problems(load)
        self.assert_finds(" lost", problems)
        self.assert_finds("syslog-ng itself says", problems)

    def test_a_configuration_that_syslog_ng_does_not_take_is_found(self):
        broken = Configuration(("no-such-source()",))
        self.assert_finds("exit code 1", self.problems(replace(self.small(), configuration=broken)))


class Libraries(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="tocsin-syslog-ng-"))
        self.copy = self.folder / "library"
        self.copy.mkdir()
        self.run = self.folder / "run"
        self.run.mkdir()

    def tearDown(self):
        shutil.rmtree(self.folder)

    def start(self, library):
        daemon = Daemon(self.run, Configuration(("tcp",)), library)
        daemon.wait_until_ready()
        return daemon

    def test_stock_where_another_one_is_asked_for_is_found_and_the_reverse(self):
        daemon = self.start(STOCK)
        stock_file = mapped_files(daemon.pid).pop()
        shutil.copy(stock_file, self.copy / FILE)
        self.assertEqual(STOCK.problems_of(daemon.pid), [])
        self.assertIn("not", Library(self.copy).problems_of(daemon.pid)[0])
        self.assertEqual(daemon.end(), 0)

        (self.run / "log").unlink()
        daemon = self.start(Library(self.copy))
        self.assertEqual(Library(self.copy).problems_of(daemon.pid), [])
        self.assertIn("not of Debian's", STOCK.problems_of(daemon.pid)[0])
        self.assertEqual(daemon.end(), 0)

    def test_a_folder_without_the_library_is_refused(self):
        with self.assertRaises(SystemExit):
            Library(self.copy)

    def test_a_tool_on_the_wrong_library_is_found(self):
        self.assertEqual(STOCK.problems_of_program("/usr/bin/pdbtool"), [])
        (self.copy / FILE).touch()
        other = Library(self.copy)
        other.environment = STOCK.environment
        self.assertIn("the library mapped", other.problems_of_program("/usr/bin/pdbtool")[0])


class Measures(unittest.TestCase):
    def test_processor_time_is_that_of_proc_stat(self):
        with tempfile.TemporaryDirectory(prefix="tocsin-syslog-ng-") as folder:
            daemon = Daemon(folder, Configuration(("tcp",)), STOCK)
            daemon.wait_until_ready()
            stat = Path(f"/proc/{daemon.pid}/stat").read_text(encoding="ascii")
            user, system = stat.rpartition(") ")[2].split()[11:13]
            ticks = (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
            self.assertAlmostEqual(ticks, daemon.processor_seconds(), delta=0.03)
            self.assertEqual(daemon.end(), 0)

    def test_datagrams_that_the_kernel_drops_are_counted(self):
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        receiver.bind(("127.0.0.1", 0))
        for _ in range(100):
            receiver.sendto(b"x" * 100, receiver.getsockname())
        self.assertGreater(Daemon.dropped_by_kernel(None, receiver.getsockname()[1]), 0)
        receiver.close()

    def test_an_end_other_than_zero_is_found(self):
        with tempfile.TemporaryDirectory(prefix="tocsin-syslog-ng-") as folder:
            daemon = Daemon(folder, Configuration(("tcp",)), STOCK)
            daemon.wait_until_ready()
            daemon.process.kill()
            self.assertNotEqual(daemon.end(), 0)

    def test_growth_is_found(self):
        def states(**steps):
            base = {"memory_kib": 10_000, "files": 17, "sockets": 3, "threads": 2}
            return [State(0, **{key: value + n * steps.get(key, 0) for key, value in base.items()})
                    for n in range(8)]

        self.assertEqual(growth_of(states()), [])
        self.assertEqual(growth_of(states(memory_kib=20)), [])
        for step in ({"memory_kib": 1000}, {"files": 1}, {"threads": 1}, {"sockets": 1}):
            self.assertEqual(len(growth_of(states(**step))), 1, step)


if __name__ == "__main__":
    unittest.main()
