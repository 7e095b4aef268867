#!/usr/bin/env python3
"""Compiles every header alone: installed ones as users may (C++20, and C11 where they serve C too),
the others as the project does (C++23). Usage: headers.py [ROOT]

A header serves C when its opening comment says "C and C++" or it lies in a room of C faces.
"""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from sources import is_installed, opening_comment, report, root_from_arguments, source_files

C_ROOMS = ("tocsin/ivykis/", "tocsin/qnx/")
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wundef", "-Werror"]


def serves_c(path, text):
    return "C and C++" in opening_comment(text) or str(path).startswith(C_ROOMS)


def standards_of(path, text):
    """(compilers, language, standard) of each way in which the header has to compile."""
    cxx = ["g++", "clang++-19"]
    if not is_installed(text):
        return [(cxx[:1], "c++", "c++23")]
    ways = [(cxx, "c++", "c++20")]
    if serves_c(path, text):
        ways.append((["gcc", "clang-19"], "c", "c11"))
    return ways


def system_flags():
    found = subprocess.run(
        ["pkg-config", "--cflags", "fuse3"], capture_output=True, text=True, check=False
    )
    return ["-DFUSE_USE_VERSION=314", *found.stdout.replace("-I", "-isystem").split()]


def compile_alone(root, flags, header, compiler, language, standard):
    """None, or what the compiler said."""
    command = [compiler, f"-std={standard}", "-fsyntax-only", *WARNINGS, *flags]
    result = subprocess.run(
        [*command, "-I", str(root), "-x", language, "-"],
        # Twice, so that a header without a guard is found.
        input=f"#include <{header}>\n#include <{header}>\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode == 0:
        return None
    return f"{header}: does not compile alone ({compiler} -std={standard}):\n{result.stderr}"


def jobs(root):
    flags = system_flags()
    for path in source_files(root, ["tocsin"]):
        if path.suffix != ".h":
            continue
        text = (root / path).read_text()
        for compilers, language, standard in standards_of(path, text):
            for compiler in filter(shutil.which, compilers):
                extra = [] if is_installed(text) else flags
                yield root, extra, path, compiler, language, standard


def find_problems(root):
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda job: compile_alone(*job), list(jobs(root)))
        return [problem for problem in results if problem]


if __name__ == "__main__":
    sys.exit(report(find_problems(root_from_arguments()), "headers"))
