"""Proves that the manual of ivykis explains everything that is public, with the prototypes that the
headers have, and examples that compile."""

import re
import shutil
import subprocess
import unittest

from sample_tree import ROOT

import headers

INCLUDE = ROOT / headers.IVYKIS
PAGES = sorted((ROOT / "docs/man/ivykis").glob("*.3.scd"))
EVERY_HEADER = "".join(f"#include <{path.name}>\n" for path in sorted(INCLUDE.glob("*.h")))


def section(text, name):
    return text.partition(f"\n# {name}\n")[2].partition("\n# ")[0]


def blocks(text):
    """What stands between ``` lines."""
    return "\n".join(text.split("\n```")[1::2])


def explained_names(text):
    return re.split(r",\s+", re.split(r" -\s", section(text, "NAME").strip())[0])


def exported_names():
    text = (ROOT / "tocsin/ivykis/ivykis.map").read_text()
    return set(re.findall(r"^    (\w+);", text, re.MULTILINE))


def initialisers():
    text = "".join(path.read_text() for path in INCLUDE.glob("*.h"))
    return set(re.findall(r"\b(IV_\w+_INIT|INIT_IV_\w+)\(", text))


def prototypes(text):
    """Those of exported functions, in the synopsis."""
    for match in re.finditer(r"^\w[\w *]*?(\w+)\([^;]*\);$", text, re.MULTILINE):
        if match.group(1) in exported_names():
            yield match.group()


def complaints(program):
    command = ["gcc", "-std=c11", "-Wall", "-Wextra", "-Wstrict-prototypes", "-Werror"]
    result = subprocess.run(
        [*command, "-fsyntax-only", f"-I{INCLUDE}", "-x", "c", "-"],
        input=program,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stderr


class IvykisManual(unittest.TestCase):
    def test_every_public_name_has_one_page(self):
        explained = [name for page in PAGES for name in explained_names(page.read_text())]
        self.assertEqual(len(explained), len(set(explained)))
        public = {name for name in exported_names() if not name.startswith("__")}
        self.assertGreater(len(public), 60)
        self.assertEqual((public | initialisers()) - set(explained), set())

    def test_every_page_is_named_by_what_it_explains_first(self):
        for page in PAGES:
            self.assertEqual(explained_names(page.read_text())[0], page.name.partition(".")[0])

    def test_every_function_has_a_prototype_in_its_page_that_is_that_of_the_header(self):
        found = [line for page in PAGES for line in prototypes(section(page.read_text(), "SYNOPSIS"))]
        public = {name for name in exported_names() if not name.startswith("__")}
        self.assertEqual(len(found), len(public - {"iv_validate_now"}))  # that is a macro
        self.assertEqual(complaints(EVERY_HEADER + "\n".join(found)), "")

    def test_every_page_has_its_sections(self):
        for page in PAGES:
            wanted = ["NAME", "SYNOPSIS", "DESCRIPTION", "COMPARED WITH IVYKIS 0.43", "SEE ALSO"]
            if page.name != "ivykis.3.scd":
                wanted[3:3] = ["CONTEXT", "ERRORS"]
            for name in wanted:
                self.assertTrue(section(page.read_text(), name), f"{page.name}: {name}")

    def test_every_example_compiles(self):
        examples = [blocks(section(page.read_text(), "EXAMPLE")) for page in PAGES]
        self.assertEqual([example == "" for example in examples].count(True), 1)  # the overview
        for page, example in zip(PAGES, examples):
            self.assertEqual(complaints(example + "\n") if example else "", "", page.name)

    def test_every_page_that_is_referred_to_is_there(self):
        names = {name for page in PAGES for name in explained_names(page.read_text())}
        for page in PAGES:
            for name in re.findall(r"\*((?:iv_|IV_)\w+)\*\(3\)", page.read_text()):
                self.assertIn(name, names, page.name)

    def test_every_page_is_in_the_language_of_pages(self):
        if shutil.which("scdoc"):
            for page in PAGES:
                with page.open() as text:
                    command = subprocess.run(
                        ["scdoc"], stdin=text, capture_output=True, text=True, check=False
                    )
                self.assertEqual((command.stderr, command.returncode), ("", 0), page.name)


if __name__ == "__main__":
    unittest.main()
