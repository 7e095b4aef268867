"""Proves that clang-tidy, as configured here, finds a name that is not in the style of the house."""

import subprocess
import unittest

from sample_tree import ROOT, sample_tree

TIDY_NAMES = """// A sample.
namespace tocsin::core {
constexpr int limit = 3;
enum class Kind { input, output };
template <typename Value, int count> class Sample {
public:
    using value_type = Value;
    int size() const { return size_; }
private:
    int size_ = count;
};
}
"""


class Naming(unittest.TestCase):
    def complaints(self, text):
        files = {"sample.cpp": text, ".clang-tidy": (ROOT / ".clang-tidy").read_text()}
        with sample_tree(files) as root:
            result = subprocess.run(
                ["clang-tidy-19", "--quiet", str(root / "sample.cpp"), "--", "-std=c++23"],
                capture_output=True,
                text=True,
                check=False,
            )
        return [line for line in result.stdout.splitlines() if "identifier-naming" in line]

    def test_names_in_the_style_of_the_house_pass(self):
        self.assertEqual(self.complaints(TIDY_NAMES), [])

    def test_names_in_another_style_are_found(self):
        for ours, other in (
            ("Sample", "sample"),
            ("size()", "Size()"),
            ("size_", "length"),
            ("size_", "m_size"),
            ("limit", "LIMIT"),
            ("output", "Output"),
            ("Value", "value_t"),
        ):
            with self.subTest(name=other):
                self.assertTrue(self.complaints(TIDY_NAMES.replace(ours, other)))


if __name__ == "__main__":
    unittest.main()
