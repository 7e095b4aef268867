"""Holds our libivykis.so.0 against Debian's, as the loader and the linker see them: the same names in
the same versions and nothing beside them, but for what came with ivykis 0.43. Each check is then seen to
find what it is there to find.

The environment names the libraries: IVYKIS_OURS and IVYKIS_STOCK."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from elf import library

OURS = os.environ["IVYKIS_OURS"]
STOCK = os.environ["IVYKIS_STOCK"]
MAP = Path(__file__).resolve().parents[2] / "tocsin/ivykis/ivykis.map"

# What Debian's ivykis 0.42 does not have yet.
NEW_SYMBOLS = {("iv_work_pool_submit_continuation", "@@IVYKIS_0.42", "T")}
NEW_NODES = {("IVYKIS_0.42", ("IVYKIS_0.40",))}


def problems_of(ours, stock):
    """Why a program that was linked with `stock` might not run on `ours`, or would load more than it."""
    if ours.name != stock.name:
        yield f"its name is {ours.name}"
    if ours.needed != ("libc.so.6",):
        yield f"it needs {ours.needed}"
    for symbol in sorted((stock.symbols | NEW_SYMBOLS) - ours.symbols):
        yield f"it lacks the symbol {symbol}"
    for symbol in sorted(ours.symbols - stock.symbols - NEW_SYMBOLS):
        yield f"it has the symbol {symbol} too many"
    for node in sorted((stock.nodes | NEW_NODES) ^ ours.nodes):
        yield f"the version {node} is in one only"
    if ours.text_relocations:
        yield "its code is changed when it is loaded"
    if ours.executable_stack:
        yield "it asks for stacks that can be executed"


class TheLibrary(unittest.TestCase):
    def test_has_the_names_and_versions_of_debians_and_needs_libc_only(self):
        self.assertEqual(list(problems_of(library(OURS), library(STOCK))), [])


class TheChecks(unittest.TestCase):
    """Libraries made of empty functions, each with one fault."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tocsin-abi-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.names = sorted(name for name, _, _ in library(STOCK).symbols | NEW_SYMBOLS)

    def problems(self, *options, code="", version_map=None, name="libivykis.so.0"):
        """Those of a sample library that is linked with these options."""
        (self.folder / "map").write_text(version_map or MAP.read_text())
        functions = "".join(f"void {symbol}(void) {{}}\n" for symbol in self.names)
        command = ["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", str(self.folder / "sample.so")]
        command += ["-Wl,--no-as-needed", f"-Wl,-soname,{name}"]
        command += [f"-Wl,--version-script={self.folder / 'map'}", *options]
        subprocess.run(command, input=functions + code, text=True, check=True, stderr=subprocess.DEVNULL)
        return list(problems_of(library(self.folder / "sample.so"), library(STOCK)))

    def assert_finds(self, words, problems):
        self.assertTrue(any(words in problem for problem in problems), f"{words}: {problems}")

    def test_pass_a_library_without_a_fault(self):
        self.assertEqual(self.problems(), [])

    def test_find_another_name(self):
        self.assert_finds("its name is", self.problems(name="libivykis.so.1"))

    def test_find_another_library_that_is_needed(self):
        self.assert_finds("it needs", self.problems("-lm"))

    def test_find_a_symbol_that_is_missing(self):
        self.names.remove("iv_main")
        self.assert_finds("lacks the symbol ('iv_main'", self.problems())

    def test_find_a_symbol_too_many(self):
        self.names.append("iv_new")
        version_map = MAP.read_text().replace("iv_main;", "iv_main; iv_new;")
        self.assert_finds("iv_new", self.problems(version_map=version_map))

    def test_find_a_symbol_in_another_version(self):
        version_map = MAP.read_text().replace("iv_fatal;", "").replace("iv_main;", "iv_main; iv_fatal;")
        self.assert_finds("iv_fatal", self.problems(version_map=version_map))

    def test_find_a_version_that_follows_another_one(self):
        version_map = MAP.read_text().replace("} IVYKIS_0.33;", "} IVYKIS_0.30;")
        self.assert_finds("the version ('IVYKIS_0.40'", self.problems(version_map=version_map))

    def test_find_code_that_is_changed_when_it_is_loaded(self):
        code = '__asm__(".text\\n.quad iv_main\\n");'
        self.assert_finds("its code", self.problems("-Wl,-z,notext", code=code))

    def test_find_an_executable_stack(self):
        self.assert_finds("stacks", self.problems("-Wl,-z,execstack"))


if __name__ == "__main__":
    unittest.main()
