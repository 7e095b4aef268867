"""Has abidiff (Debian's abigail-tools) compare Debian's libivykis with ours: the symbols of the libraries,
and the types in the headers, which stand for the debug information that Debian's library lacks. Both
comparisons are then seen to find changes.

The environment names the libraries: IVYKIS_OURS and IVYKIS_STOCK; Debian's headers are in /usr/include."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from elf import symbols_of

OURS = os.environ["IVYKIS_OURS"]
STOCK = os.environ["IVYKIS_STOCK"]
HEADERS = Path(__file__).resolve().parents[2] / "tocsin/ivykis/include"

# For programs from before ivykis 0.40: no header declares them any more.
UNDECLARED = {"iv_validate_now", "__iv_now_location"}
# Debian's header leaves out its `void`: declared without parameters, it fits any.
WITHOUT_PROTOTYPE = "__iv_now_location_valid"


def changes(first, second):
    """What abidiff has to say against taking `second` in the place of `first`. It does not mention members
    that only have other names: those that are the library's own."""
    command = ["abidiff", "--no-added-syms", str(first), str(second)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode & 3:  # it could not compare
        raise RuntimeError(result.stdout + result.stderr)
    return result.stdout if result.returncode else ""


def declarations():
    """A program in which all that the headers declare of the library lies in variables."""
    lines = [f"#include <{path.name}>" for path in sorted(HEADERS.glob("*.h"))]
    for name in sorted({name for name, _, _ in symbols_of(STOCK)} - UNDECLARED):
        kind = "const struct timespec *(*" if name == WITHOUT_PROTOTYPE else f"__typeof__(&{name}) ("
        end = ")(void)" if name == WITHOUT_PROTOTYPE else ")"
        lines.append(f"{kind}declared_{name}{end} = {name};")
    return "\n".join(lines) + "\n"


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tocsin-abi-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def compile(self, name, text, *options):
        file = self.folder / name
        command = ["gcc", "-g", "-shared", "-fPIC", "-x", "c", "-", "-o", str(file), *options]
        subprocess.run(command, input=text, text=True, check=True)
        return file


class Symbols(Folder):
    def test_none_of_debians_is_gone_or_changed(self):
        self.assertEqual(changes(STOCK, OURS), "")

    def test_one_that_is_gone_is_found(self):
        names = {name for name, _, _ in symbols_of(STOCK)} - {"iv_main"}
        text = "".join(f"void {name}(void) {{}}\n" for name in names)
        version_map = self.folder / "map"
        version_map.write_text((HEADERS.parent / "ivykis.map").read_text())
        sample = self.compile(
            "sample.so",
            text,
            "-Wl,-soname,libivykis.so.0",
            "-Wl,--undefined-version",
            f"-Wl,--version-script={version_map}",
        )
        self.assertIn("iv_main", changes(STOCK, sample))


class Types(Folder):
    def with_headers(self, name, folder=None):
        return self.compile(name, declarations(), *([f"-I{folder}"] if folder else []))

    def with_change(self, header, old, new):
        """What is found when our header says `new` where it says `old`."""
        changed = self.folder / "changed"
        shutil.copytree(HEADERS, changed)
        text = (changed / header).read_text()
        self.assertIn(old, text)
        (changed / header).write_text(text.replace(old, new, 1))
        return changes(self.with_headers("ours.so", HEADERS), self.with_headers("changed.so", changed))

    def test_those_of_our_headers_are_those_of_debians(self):
        stock, ours = self.with_headers("stock.so"), self.with_headers("ours.so", HEADERS)
        self.assertEqual(changes(stock, ours), "")

    def test_a_type_of_another_size_is_found(self):
        found = self.with_change("iv.h", "reserved_[11]", "reserved_[12]")
        self.assertIn("type size changed", found)

    def test_a_member_of_another_type_is_found(self):
        found = self.with_change("iv_signal.h", "    int signum;", "    long signum;")
        self.assertIn("type of 'int signum' changed", found)

    def test_another_parameter_is_found(self):
        found = self.with_change("iv_wait.h", "int iv_wait_interest_kill(", "long iv_wait_interest_kill(")
        self.assertIn("return type changed", found)


if __name__ == "__main__":
    unittest.main()
