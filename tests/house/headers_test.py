"""Proves that the checker of headers finds one that does not compile alone."""

import unittest

from sample_tree import PRIVATE_TO_CORE, PUBLIC, sample_tree

import headers


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


if __name__ == "__main__":
    unittest.main()
