"""Proves that the checker of signals finds every way to send one, and nothing else."""

import unittest

from sample_tree import SOURCE, sample_tree

import signals

PATH = "tocsin/core/sample.cpp"


class Signals(unittest.TestCase):
    def problems(self, text, known=()):
        with sample_tree({PATH: SOURCE + text}) as root:
            return signals.find_problems(root, {PATH: {call: "a reason" for call in known}})

    def test_every_way_to_send_a_signal_is_found(self):
        for call in (
            "::kill(process, SIGTERM)",
            "kill(process, 0)",
            "::killpg(group, SIGTERM)",
            "::raise(SIGABRT)",
            "std::raise(SIGABRT)",
            "::sigqueue(process, SIGUSR1, value)",
            "::pthread_kill(thread, SIGUSR1)",
            "::pidfd_send_signal(descriptor, SIGTERM, nullptr, 0)",
            "::syscall(SYS_tgkill, process, thread, SIGUSR1)",
            "::syscall(SYS_rt_sigqueueinfo, process, SIGUSR1,\n &info)",
        ):
            with self.subTest(call=call):
                problems = self.problems(f"void f() {{\n    {call};\n}}\n")
                self.assertEqual(len(problems), 1, problems)
                self.assertIn(f"{PATH}:3:", problems[0])

    def test_what_only_has_such_a_name_passes(self):
        text = "// kill(process, SIGTERM)\nvoid f() {\n    process.kill(9);\n    skill(1);\n}\n"
        self.assertEqual(self.problems(text + 'const char* how = "kill(1)";\n'), [])

    def test_what_is_known_passes_and_nothing_else_in_that_file(self):
        known = ["::kill(child, SIGKILL)"]
        text = "void f() {\n    ::kill(child, SIGKILL);\n}\n"
        self.assertEqual(self.problems(text, known), [])
        text += "void g() {\n    ::kill(other, SIGKILL);\n}\n"
        self.assertEqual(len(self.problems(text, known)), 1)

    def test_what_is_known_and_gone_is_found(self):
        self.assertEqual(len(self.problems("int a;\n", ["::kill(child, SIGKILL)"])), 1)


if __name__ == "__main__":
    unittest.main()
