"""Proves that the checker of style finds what it is there to find, and nothing else."""

import unittest
from pathlib import Path

from sample_tree import PUBLIC, SOURCE, sample_tree

import functions
import style


class Style(unittest.TestCase):
    def problems(self, text, path="tocsin/core/sample.cpp"):
        with sample_tree({path: text}) as root:
            return style.find_problems(root)

    def assert_finds(self, words, text, path="tocsin/core/sample.cpp"):
        problems = self.problems(text, path)
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(words, problems[0])

    def test_a_tidy_file_passes(self):
        text = PUBLIC + "namespace tocsin::core {\nint sleep_count();\n}\n"
        self.assertEqual(self.problems(text, "tocsin/core/sample.h"), [])

    def test_a_file_of_400_lines_passes_and_one_more_is_found(self):
        self.assertEqual(self.problems(SOURCE + "int a;\n" * 399), [])
        self.assert_finds("401 lines in one file", SOURCE + "int a;\n" * 400)

    def test_a_function_of_50_lines_passes_and_one_more_is_found(self):
        for lines, count in ((48, 0), (49, 1)):
            text = SOURCE + "void f() {\n" + "    a();\n" * lines + "}\n"
            self.assertEqual(len(self.problems(text)), count)

    def test_a_line_of_100_columns_passes_and_one_more_is_found(self):
        self.assertEqual(self.problems(SOURCE + "// " + "a" * 97 + "\n"), [])
        self.assert_finds("101 columns", SOURCE + "// " + "a" * 98 + "\n")

    def test_names_that_say_nothing_are_found(self):
        self.assert_finds("says nothing", SOURCE, "tocsin/core/string_utils.cpp")
        self.assert_finds("says nothing", SOURCE, "tests/common/a.cpp")
        self.assert_finds("says nothing", SOURCE + "class PathHelper {\n};\n")
        self.assert_finds("says nothing", SOURCE + "namespace tocsin::utils {\n}\n")

    def test_file_names_are_snake_case(self):
        self.assert_finds("snake_case", SOURCE, "tocsin/core/EventLoop.cpp")

    def test_leftover_markers_are_found(self):
        for marker in ("TO" + "DO", "fix" + "me", "not " + "implemented"):
            self.assert_finds("leftover", SOURCE + f"// {marker}: later\n")

    def test_skipped_tests_and_sleeps_in_tests_are_found(self):
        path = "tests/core/a.cpp"
        self.assert_finds("skipped", SOURCE + "GTEST_" + "SKIP();\n", path)
        self.assert_finds("skipped", SOURCE + "TEST(A, DISABLED" + "_b)\n", path)
        self.assert_finds("sleep", SOURCE + "std::this_thread::sleep" + "_for(a);\n", path)
        self.assert_finds("sleep", SOURCE + "  sle" + "ep(1);\n", path)

    def test_a_fence_is_found(self):
        self.assert_finds("fence", SOURCE + "std::atomic_thread" + "_fence(order);\n")

    def test_a_macro_in_a_room_of_ours_is_found(self):
        self.assert_finds("macro LIMIT", SOURCE + "#define LIMIT 3\n")
        self.assertEqual(self.problems(SOURCE + "#define LIMIT 3\n", "tocsin/qnx/a.cpp"), [])

    def test_a_header_without_audience_or_guard_is_found(self):
        path = "tocsin/core/a.h"
        self.assert_finds("'Public.'", "// A sample.\n#pragma once\n", path)
        self.assert_finds("#pragma once", "// A sample. Public.\n", path)

    def test_an_opening_comment_of_c90_counts_where_it_ends(self):
        text = "/* A sample:\n * of two lines. Public. */\n#pragma once\n"
        self.assertEqual(self.problems(text, "tocsin/ivykis/include/iv.h"), [])
        text = "/* A sample. */\n#pragma once\n/* Public. */\n"
        self.assert_finds("'Public.'", text, "tocsin/ivykis/include/iv.h")
        self.assert_finds("first line", "/* */\n")

    def test_a_file_without_an_opening_comment_is_found(self):
        self.assert_finds("first line", "int a;\n")


class FunctionLengths(unittest.TestCase):
    def longest(self, text):
        return max((length for _, length in functions.function_lengths(text)), default=0)

    def test_classes_namespaces_and_tables_are_no_functions(self):
        text = "namespace a {\nclass B final {\npublic:\n};\nstruct alignas(64) C {\n\n};\n}\n"
        text += "enum class D {\na,\nb,\n};\n"
        self.assertEqual(self.longest(text), 0)

    def test_a_constructor_with_initialisers_counts_from_its_name(self):
        text = "class A {\npublic:\n    A() : b_{0},\n          c_{1} {\n        d();\n    }\n};\n"
        self.assertEqual(list(functions.function_lengths(text)), [(3, 4)])

    def test_braces_in_literals_and_comments_do_not_count(self):
        text = 'void f() {\n    a("{", \'{\', R"x(}})x");  // }\n    /* } */\n    b(1\'000);\n}\n'
        self.assertEqual(self.longest(text), 5)

    def test_the_longest_functions_of_this_tree_are_found_at_all(self):
        root = Path(__file__).resolve().parents[2]
        text = (root / "tocsin/base/descriptor.cpp").read_text()
        self.assertGreater(self.longest(text), 3)


if __name__ == "__main__":
    unittest.main()
