"""Proves that the page of promises names only what is there, counts it, and is found when it is old."""

import contextlib
import io
import sys
import unittest

from sample_tree import ROOT, sample_tree

sys.path.insert(0, str(ROOT / "tools/assurance"))

import write
from proofs import Proofs
from tables import Row, find_problems

CATALOGUE = """title = "A. Waking"
[[row]]
number = "A1"
text = "A mistake | of somebody."
tests = ["core/Event.*", "ivykis/timer.is_late"]
[[row]]
number = "A2"
text = "Another."
cannot = "It cannot."
decisions = ["0001"]
[[row]]
number = "A3"
text = "A third one."
open = "Its test."
"""
TREE = {
    "tests/core/event_test.cpp": "TEST(Event, one) {}\nTEST_F(Event, two) {}\n// TEST(Event, three)\n",
    "tests/core/kinds_test.cpp": "TYPED_TEST(Kinds, a) {}\nTEST_P(Ways,\n       b) {}\n",
    "tests/ivykis/timer.c": "PROMISE(is_early) {}\nBETTER(is_late) {}\n",
    "tests/fallback/modes.txt": "# the modes\neventfd-missing  eventfd2=ENOSYS\n",
    "tools/lint/style.py": "#!/usr/bin/env python3\n",
    "tools/lint/sources.py": '"""No checker."""\n',
    "models/queue.pml": "// Configurations: plain DEEP\n#ifdef BUG_ONE\n#ifdef BUG_TWO\n#ifdef BUG_ONE\n",
    "models/table.pml": "#ifdef BUG_THREE\n",
    "fuzz/lines.cpp": "",
    "fuzz/corpus/lines/a": "a",
    "fuzz/corpus/lines/b": "b",
    "docs/decisions/0001-why.md": "",
    "docs/assurance/promises.toml": '[[promise]]\nnumber = "P1"\ntext = "This."\nmodels = ["queue"]\n',
    "docs/assurance/catalogue/a.toml": CATALOGUE,
}


class Sample(unittest.TestCase):
    def setUp(self):
        self.root = self.enterContext(sample_tree(TREE))

    def run_write(self, *options):
        """The exit status, and what was said."""
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            status = write.main([*options, str(self.root)])
        return status, said.getvalue()

    def page(self):
        return (self.root / write.PAGE).read_text()


class Named(Sample):
    def test_every_kind_of_test_is_found_in_the_sources(self):
        self.assertEqual(
            Proofs(self.root).tests,
            {
                "core/Event.one", "core/Event.two", "core/Kinds.a", "core/Ways.b", "ivykis/timer.is_early",
                "ivykis/timer.is_late", "fallback/eventfd-missing", "house/style",
            },
        )

    def test_what_a_row_names_and_nobody_has_is_found(self):
        proofs = Proofs(self.root)
        for kind, there, missing in (
            ("tests", "core/E*.two", "core/Event.t"),
            ("models", "queue", "quay"),
            ("fuzz", "lines", "line"),
            ("tools", "fuzz/lines.cpp", "bench/run"),
            ("decisions", "0001", "0002"),
        ):
            good, bad = (
                Row("A9", "It.", cannot="It cannot.", **{kind: [name]}) for name in (there, missing)
            )
            self.assertEqual(find_problems([good], proofs), [])
            problems = find_problems([bad], proofs)
            self.assertEqual(len(problems), 1, problems)
            self.assertTrue(problems[0].startswith("A9: ") and missing in problems[0])

    def test_a_row_has_something_behind_it_and_is_there_once(self):
        proofs = Proofs(self.root)
        good = Row("A9", "It.", open="Something.")
        self.assertEqual(len(find_problems([Row("A8", "It."), good], proofs)), 1)
        self.assertEqual(len(find_problems([good, good], proofs)), 1)
        self.assertEqual(len(find_problems([Row("A8", "It.", cannot="a", open="b")], proofs)), 1)


class Written(Sample):
    def test_the_page_says_what_there_is_and_how_much(self):
        self.assertEqual(self.run_write()[0], 0)
        for words in (
            "Today: 1 promises and 3 mistakes; 3 tests",
            "2 models in 3 configurations with 3 seeded bugs",
            "1 fuzz targets with 2 inputs kept",
            "| P1 | This. | `models/queue` |  |",
            "1 covered by tests, 1 impossible by design, 1 open (A3).",
            "| A1 | A mistake \\| of somebody. | `core/Event.*`<br>`ivykis/timer.is_late`<br>3 tests |",
            "| A2 | Another. | **by design**: It cannot.<br>[decision 0001](decisions/0001-why.md) |",
            "| A3 | A third one. | **open**: Its test. |",
            "| `queue` | 2 | 2 |",
            "| `lines` | 2 inputs |",
        ):
            self.assertIn(words, self.page())

    def test_a_check_passes_until_the_page_says_something_else_and_writes_nothing(self):
        self.run_write()
        before = self.page()
        self.assertEqual(self.run_write("--check")[0], 0)
        path = self.root / "docs/assurance/promises.toml"
        path.write_text(path.read_text().replace("This.", "That."))
        status, said = self.run_write("--check")
        self.assertEqual(status, 1)
        self.assertIn("./dev assurance", said)
        self.assertEqual(self.page(), before)
        self.assertEqual(self.run_write()[0], 0)
        self.assertEqual(self.run_write("--check")[0], 0)

    def test_one_test_or_input_more_is_no_other_page_but_counted_in_the_next(self):
        self.run_write()
        path = self.root / "tests/core/event_test.cpp"
        path.write_text(path.read_text() + "TEST(Event, four) {}\n")
        (self.root / "fuzz/corpus/lines/c").write_text("c")
        self.assertEqual(self.run_write("--check")[0], 0)
        self.run_write()
        self.assertIn("<br>4 tests |", self.page())
        self.assertIn("| `lines` | 3 inputs |", self.page())

    def test_a_check_fails_where_there_is_no_page(self):
        self.assertEqual(self.run_write("--check")[0], 1)

    def test_with_a_name_of_nothing_no_page_is_written(self):
        (self.root / "tests/ivykis/timer.c").unlink()
        status, said = self.run_write()
        self.assertEqual(status, 1)
        self.assertIn("A1: no test is called ivykis/timer.is_late", said)
        self.assertFalse((self.root / write.PAGE).exists())


if __name__ == "__main__":
    unittest.main()
