"""Proves that the checker of headers finds one that does not compile alone."""

import unittest

from sample_tree import PRIVATE_TO_CORE, PUBLIC, sample_tree

import headers

C90 = "/* A sample. Public. */\n#pragma once\n"


class Headers(unittest.TestCase):
    def problems(self, text, path="tocsin/core/a.h"):
        with sample_tree({path: text}) as root:
            return headers.find_problems(root)

    def test_a_header_that_stands_alone_passes(self):
        self.assertEqual(self.problems(PUBLIC + "#include <vector>\nstd::vector<int> f();\n"), [])

    def test_a_header_that_needs_another_first_is_found(self):
        self.assertTrue(self.problems(PUBLIC + "std::vector<int> f();\n"))

    def test_a_header_without_a_guard_is_found(self):
        self.assertTrue(self.problems("// A sample. Public.\nstruct A {};\n"))

    def test_a_public_header_in_a_later_language_is_found_and_a_private_one_passes(self):
        body = "#include <expected>\nusing A = std::expected<int, int>;\n"
        self.assertTrue(self.problems(PUBLIC + body))
        self.assertEqual(self.problems(PRIVATE_TO_CORE + body), [])

    def test_a_header_for_c_has_to_be_c(self):
        comment = "// A sample for C and C++. Public.\n#pragma once\n"
        self.assertTrue(self.problems(comment + "namespace a {}\n"))
        self.assertEqual(self.problems(comment + "struct a;\nint f(struct a* b);\n"), [])

    def assert_found_in(self, ways, text):
        """The text, as a header of ivykis, fails in these ways and in no other."""
        problems = self.problems(text, "tocsin/ivykis/include/iv_sample.h")
        places = [problem.partition("(")[2].partition(")")[0] for problem in problems]
        self.assertEqual(sorted(places), sorted(ways))

    def test_a_header_of_ivykis_serves_every_standard(self):
        for text in (
            "// A sample. Public.\n#pragma once\nstruct a;\n",
            C90 + "struct a { long long b; int c[]; };\n",
            C90 + "#ifndef __cplusplus\nint f();\n#endif\n",
            C90 + "#define NUMBER (int)1u\n#include <stdio.h>\nenum { a = NUMBER };\n",
        ):
            self.assertTrue(self.problems(text, "tocsin/ivykis/include/iv_sample.h"), text)
        text = C90 + "struct a { int b; };\nstatic __inline__ int f(void) { return 0; }\n"
        self.assertEqual(self.problems(text, "tocsin/ivykis/include/iv_sample.h"), [])

    def test_a_header_of_ivykis_may_not_say_this_to_cxx(self):
        ways = [f"g++ -std=c++{year}" for year in (11, 14, 17, 20, 23)]
        text = C90 + "struct a;\nint f(struct a* this);\n"
        self.assert_found_in([*ways, "clang++-19 -std=c++20"], text)

    def test_a_header_of_ivykis_stands_a_program_that_renames_this_around_it(self):
        text = "struct a;\n#ifdef __cplusplus\nstruct b { b* c() { return this; } };\n#endif\n"
        self.assert_found_in(["g++ -std=c++20, `this` renamed"], C90 + text)

    def test_a_header_of_ivykis_finds_others_by_their_bare_names_and_nothing_else_of_ours(self):
        files = {
            "tocsin/ivykis/include/iv_a.h": C90 + "struct a { int b; };\n",
            "tocsin/ivykis/include/iv_b.h": C90 + "#include <iv_a.h>\nstruct b { struct a c; };\n",
            "tocsin/ivykis/d.h": "// Private to tocsin/ivykis.\n#pragma once\n#include <iv_b.h>\n",
        }
        with sample_tree(files) as root:
            self.assertEqual(headers.find_problems(root), [])
        files["tocsin/ivykis/include/iv_a.h"] += "#include <tocsin/ivykis/d.h>\n"
        with sample_tree(files) as root:
            self.assertTrue(headers.find_problems(root))


if __name__ == "__main__":
    unittest.main()
