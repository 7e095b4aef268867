"""Proves that the checker of layers finds what it is there to find, and nothing else."""

import unittest

from sample_tree import PRIVATE_TO_CORE, PUBLIC, SOURCE, sample_tree

import layers


def include(path):
    return f"#include <{path}>\n"


class Layers(unittest.TestCase):
    def problems(self, files):
        with sample_tree(files) as root:
            return layers.find_problems(root)

    def assert_finds(self, words, files):
        problems = self.problems(files)
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(words, problems[0])

    def test_an_arrow_that_points_left_is_allowed(self):
        files = {
            "tocsin/base/a.h": PUBLIC,
            "tocsin/core/b.h": PUBLIC + include("tocsin/base/a.h"),
            "tocsin/cli/c.h": PUBLIC + include("tocsin/core/b.h") + include("tocsin/base/a.h"),
        }
        self.assertEqual(self.problems(files), [])

    def test_an_arrow_that_points_right_is_found(self):
        files = {
            "tocsin/base/a.h": PUBLIC + include("tocsin/core/b.h"),
            "tocsin/core/b.h": PUBLIC,
        }
        self.assert_finds("arrows point left only", files)

    def test_an_arrow_that_points_right_is_found_in_a_source_file_and_below_a_subfolder(self):
        files = {
            "tocsin/core/poll/a.cpp": SOURCE + "  #  include <tocsin/resource/b.h>\n",
            "tocsin/resource/b.h": PUBLIC,
        }
        self.assert_finds("tocsin/core/poll/a.cpp:2", files)

    def test_rooms_side_by_side_may_not_include_each_other(self):
        files = {
            "tocsin/cli/a.h": PUBLIC + include("tocsin/qnx/b.h"),
            "tocsin/qnx/b.h": PUBLIC,
        }
        self.assert_finds("tocsin/cli may not include tocsin/qnx", files)

    def test_a_room_that_is_not_in_the_house_is_found(self):
        files = {
            "tocsin/attic/a.h": PUBLIC + include("tocsin/base/b.h"),
            "tocsin/base/b.h": PUBLIC,
        }
        self.assert_finds("not in the house", files)

    def test_a_private_header_is_not_for_other_rooms(self):
        files = {
            "tocsin/core/a.h": PRIVATE_TO_CORE,
            "tocsin/resource/b.cpp": SOURCE + include("tocsin/core/a.h"),
        }
        self.assert_finds("private to tocsin/core", files)

    def test_a_private_header_is_not_for_examples_nor_for_the_tests_of_other_rooms(self):
        for path in ("examples/b.cpp", "tests/cli/b.cpp"):
            files = {"tocsin/core/a.h": PRIVATE_TO_CORE, path: SOURCE + include("tocsin/core/a.h")}
            self.assert_finds("private to tocsin/core", files)

    def test_a_private_header_is_for_its_room_and_its_tests(self):
        files = {
            "tocsin/core/a.h": PRIVATE_TO_CORE,
            "tocsin/core/b.cpp": SOURCE + include("tocsin/core/a.h"),
            "tests/core/c.cpp": SOURCE + include("tocsin/core/a.h"),
            "bench/d.cpp": SOURCE + include("tocsin/core/a.h"),
        }
        self.assertEqual(self.problems(files), [])

    def test_the_audience_may_stand_on_the_second_line_of_the_comment(self):
        files = {
            "tocsin/core/a.h": "// A long story.\n// Private to tocsin/core.\n#pragma once\n",
            "tocsin/resource/b.cpp": SOURCE + include("tocsin/core/a.h"),
        }
        self.assert_finds("private to tocsin/core", files)

    def test_a_public_header_that_shows_a_private_one_is_found(self):
        files = {
            "tocsin/core/a.h": PRIVATE_TO_CORE,
            "tocsin/core/b.h": PUBLIC + include("tocsin/core/a.h"),
        }
        self.assert_finds("which is not installed", files)

    def test_a_public_header_may_show_a_private_one_that_is_installed(self):
        private = "// A sample. Private to tocsin/core; installed.\n#pragma once\n"
        files = {
            "tocsin/core/a.h": private,
            "tocsin/core/b.h": PUBLIC + include("tocsin/core/a.h"),
        }
        self.assertEqual(self.problems(files), [])
        files["tocsin/cli/c.cpp"] = SOURCE + include("tocsin/core/a.h")
        self.assert_finds("private to tocsin/core", files)

    def test_a_library_from_outside_stays_in_the_room_that_owns_it(self):
        for path in ("fuse_lowlevel.h", "fmt/format.h", "CLI/CLI.hpp", "gtest/gtest.h"):
            files = {"tocsin/core/a.cpp": SOURCE + include(path)}
            self.assert_finds(f"may not use <{path}>", files)

    def test_the_resource_room_may_use_libfuse(self):
        files = {"tocsin/resource/a.cpp": SOURCE + include("fuse_lowlevel.h")}
        self.assertEqual(self.problems(files), [])

    def test_an_include_by_a_bare_name_is_an_arrow_too(self):
        face = {"tocsin/ivykis/include/iv.h": "/* A sample. Public. */\n#pragma once\n"}
        files = {"tocsin/core/a.cpp": SOURCE + include("iv.h")}
        self.assert_finds("tocsin/core may not include tocsin/ivykis", files | face)
        files = {path: SOURCE + include("iv.h") for path in ("tocsin/ivykis/a.cpp", "bench/b.c")}
        self.assertEqual(self.problems(files | face), [])

    def test_what_goes_on_to_a_namesake_of_glibcs_is_its_own_rooms_only(self):
        text = "/* A sample. Public. */\n#pragma once\n#include_next <errno.h>\n"
        face = {"tocsin/qnx/include/errno.h": text, "tocsin/qnx/a.cpp": SOURCE + include("errno.h")}
        self.assertEqual(self.problems({"tocsin/core/a.cpp": SOURCE + include("errno.h")} | face), [])

    def test_an_include_in_quotes_or_of_a_missing_header_is_found(self):
        self.assert_finds("full path", {"tocsin/core/a.cpp": SOURCE + '#include "b.h"\n'})
        self.assert_finds("there is no", {"tests/core/a.cpp": SOURCE + include("tocsin/core/b.h")})


if __name__ == "__main__":
    unittest.main()
