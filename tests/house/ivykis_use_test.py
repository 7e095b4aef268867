"""Proves that what the headers of ivykis compile into programs does so in every C and C++, by both
compilers, under all warnings: a checker of headers sees no macro that is only defined."""

import subprocess
import unittest

from sample_tree import ROOT

import headers

PROGRAM = ROOT / "tests/house/ivykis_use.c"
COMPILERS = {"c": ("gcc", "clang-19"), "c++": ("g++", "clang++-19")}
MORE_WARNINGS = ["-Wcast-align", "-Wcast-qual", "-Wunused", "-O1"]


class IvykisUse(unittest.TestCase):
    def compile(self, text, compiler, way):
        command = [compiler, f"-std={way.standard}", "-x", way.language, "-fsyntax-only"]
        command += [*headers.WARNINGS, *headers.WARNINGS_OF[way.language], *MORE_WARNINGS]
        result = subprocess.run(
            [*command, f"-I{ROOT / headers.IVYKIS}", "-"],
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        return result.stderr

    def test_all_that_is_compiled_into_programs_does_so_without_a_warning(self):
        text = PROGRAM.read_text()
        for language, standard in dict.fromkeys(way[1:3] for way in headers.IVYKIS_WAYS):
            for compiler in COMPILERS[language]:
                with self.subTest(standard=standard, compiler=compiler):
                    way = headers.Way(compiler, language, standard)
                    self.assertEqual(self.compile(text, compiler, way), "")

    def test_what_is_no_member_of_the_type_contains_nothing(self):
        text = PROGRAM.read_text().replace("of(left, struct object, node)", "of(left, struct object, place)")
        for way in headers.IVYKIS_WAYS:
            with self.subTest(way=way):
                self.assertNotEqual(self.compile(text, way.compiler, way), "")


if __name__ == "__main__":
    unittest.main()
