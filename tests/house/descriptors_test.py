"""Proves that the checker of descriptors finds each that a program would inherit, and nothing else."""

import unittest

from sample_tree import SOURCE, sample_tree

import descriptors

PATH = "tocsin/core/sample.cpp"


class Descriptors(unittest.TestCase):
    def problems(self, call, known=()):
        text = f"{SOURCE}void f() {{\n    {call};\n}}\n"
        with sample_tree({PATH: text}) as root:
            return descriptors.find_problems(root, {PATH: {one: "a reason" for one in known}})

    def test_what_is_closed_on_exec_passes(self):
        for call in (
            "::open(path, O_RDONLY | O_CLOEXEC)",
            "::open(path, O_WRONLY | O_CREAT |\n        O_CLOEXEC, 0600)",
            "::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data())",
            "::accept4(listening(), nullptr, nullptr, SOCK_CLOEXEC)",
            "::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)",
            "::fcntl(number, F_DUPFD_CLOEXEC, 3)",
            "::fcntl(number, F_GETFD)",
            "::recvmsg(socket, &message, MSG_CMSG_CLOEXEC)",
            'std::fopen(path, "re")',
            "LinkSocket::accept(socket)",
            "set.open(path)",
            "std::istringstream text{status}",
        ):
            with self.subTest(call=call):
                self.assertEqual(self.problems(call), [])

    def test_what_is_not_is_found(self):
        for call in (
            "::open(path, O_RDONLY)",
            "::openat(folder, name, O_RDONLY)",
            "::creat(path, 0600)",
            "::socket(AF_UNIX, SOCK_STREAM, 0)",
            "::socketpair(AF_UNIX, SOCK_STREAM, 0,\n        ends)",
            "::accept(socket, nullptr, nullptr)",
            "::pipe(ends)",
            "::pipe2(ends, O_NONBLOCK)",
            "::eventfd(0, EFD_NONBLOCK)",
            "::epoll_create(1)",
            "::epoll_create1(0)",
            "::timerfd_create(CLOCK_MONOTONIC, 0)",
            "::inotify_init1(IN_NONBLOCK)",
            "::memfd_create(name, MFD_ALLOW_SEALING)",
            "::dup(number)",
            "::dup2(number, 5)",
            "::fcntl(number, F_DUPFD, 3)",
            "::recvmsg(socket, &message, MSG_DONTWAIT)",
            'std::fopen(path, "r")',
            'std::fopen("/proc/self/status", "r")',
            "std::fopen(path, mode)",
            "std::ifstream file{path}",
            "std::ofstream file(path)",
        ):
            with self.subTest(call=call):
                problems = self.problems(call)
                self.assertEqual(len(problems), 1, problems)
                self.assertIn(f"{PATH}:3:", problems[0])

    def test_what_is_known_passes_until_it_is_gone(self):
        call = "::dup2(descriptor, number)"
        self.assertEqual(self.problems(call, [call]), [])
        self.assertEqual(len(self.problems("int a", [call])), 1)


if __name__ == "__main__":
    unittest.main()
