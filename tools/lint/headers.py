#!/usr/bin/env python3
"""Compiles every header alone: installed ones as users may (C++20, and C11 where they serve C too),
the others as the project does (C++23). Usage: headers.py [ROOT]

A header serves C when its opening comment says "C and C++" or it lies in a room of C faces. Those of
ivykis are to serve every program that ever included the stock ones, and C++ beside: each standard
from C90 to C++23, and a program that renames `this` around them, as syslog-ng does. Those of QNX come
before and after glibc's, whose names some of them take over.
"""

import os
import shutil
import subprocess
import sys
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

from sources import is_installed, opening_comment, report, root_from_arguments, source_files

IVYKIS = "tocsin/ivykis/include"
QNX = "tocsin/qnx/include"
C_ROOMS = ("tocsin/ivykis/", QNX + "/")
# Those of glibc whose types and numbers QNX's headers have, too.
GLIBC = "".join(
    f"#include <{name}.h>\n"
    for name in (
        "signal time aio mqueue pthread errno fcntl unistd stdio stdlib string dirent sched "
        "sys/types sys/stat sys/queue"
    ).split()
)
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wundef", "-Werror"]
WARNINGS_OF = {"c": ["-Wstrict-prototypes"], "c++": ["-Wold-style-cast"]}

# One way in which a header has to compile: the compiler, the language, its standard, and whether it
# is included in a block of extern "C" where `this` is a macro, or between what comes before and after.
Way = namedtuple(
    "Way", "compiler language standard renamed before after flags", defaults=[False, "", "", ()]
)

# Every standard with one compiler, and both where programs are mostly written today.
IVYKIS_WAYS = [
    *(Way("gcc", "c", standard) for standard in ("gnu90", "c99", "c11", "gnu11")),
    *(Way("g++", "c++", f"c++{year}") for year in (11, 14, 17, 20, 23)),
    Way("clang-19", "c", "c11"),
    Way("clang++-19", "c++", "c++20"),
    Way("g++", "c++", "c++20", renamed=True),
]

# As programs for QNX are compiled, whose calls by path go elsewhere than glibc has them go.
QNX_FLAGS = ("-D__QNX__=710", "-D__QNXNTO__=1", "-D_NTO_VERSION=710")
LARGE = ("-D_FILE_OFFSET_BITS=64", "-O2", "-D_FORTIFY_SOURCE=2")

QNX_WAYS = [
    *(Way("gcc", "c", standard) for standard in ("gnu99", "c11", "gnu11")),
    *(Way("g++", "c++", f"c++{year}") for year in (11, 14, 17, 20, 23)),
    Way("clang-19", "c", "c11"),
    Way("clang++-19", "c++", "c++20"),
    *(Way(*way, False, GLIBC, "") for way in (("gcc", "c", "gnu11"), ("g++", "c++", "gnu++17"))),
    *(Way(*way, False, "", GLIBC) for way in (("gcc", "c", "gnu11"), ("g++", "c++", "gnu++17"))),
    Way("gcc", "c", "gnu11", False, GLIBC, "", QNX_FLAGS),
    Way("g++", "c++", "c++11", False, GLIBC, "", QNX_FLAGS),
    Way("gcc", "c", "gnu11", False, "", GLIBC, QNX_FLAGS + LARGE),
    Way("g++", "c++", "c++20", False, "", GLIBC, QNX_FLAGS + LARGE),
    Way("clang-19", "c", "c11", False, "", GLIBC, QNX_FLAGS),
    Way("clang++-19", "c++", "c++20", False, "", GLIBC, QNX_FLAGS),
]


def serves_c(path, text):
    return "C and C++" in opening_comment(text) or str(path).startswith(C_ROOMS)


def ways_of(path, text):
    """Each way in which the header has to compile."""
    if path.is_relative_to(IVYKIS):
        return IVYKIS_WAYS
    if path.is_relative_to(QNX):
        return QNX_WAYS
    if not is_installed(text):
        return [Way("g++", "c++", "c++23")]
    ways = [Way("g++", "c++", "c++20"), Way("clang++-19", "c++", "c++20")]
    if serves_c(path, text):
        ways += [Way("gcc", "c", "c11"), Way("clang-19", "c", "c11")]
    return ways


def system_flags():
    found = subprocess.run(
        ["pkg-config", "--cflags", "fuse3"], capture_output=True, text=True, check=False
    )
    return ["-DFUSE_USE_VERSION=314", *found.stdout.replace("-I", "-isystem").split()]


def include_folders(root, header):
    """Where includes are found; those of ivykis find each other, and nothing else of ours."""
    if header.is_relative_to(IVYKIS):
        return [root / IVYKIS]
    if header.is_relative_to(QNX):
        return [root / QNX]
    if header.is_relative_to("tocsin/qnx"):
        return [root, root / QNX]
    return [root, root / IVYKIS] if header.is_relative_to("tocsin/ivykis") else [root]


def include_twice(name, way):
    """A program that includes the header, twice so that one without a guard is found."""
    program = way.before + f"#include <{name}>\n" * 2 + way.after + "typedef int not_empty;\n"
    if way.renamed:
        program = f'extern "C" {{\n#define this this_\n{program}#undef this\n}}\n'
    return program


def compile_alone(root, flags, header, way):
    """None, or what the compiler said."""
    folders = include_folders(root, header)
    command = [way.compiler, f"-std={way.standard}", "-x", way.language, "-fsyntax-only", *WARNINGS]
    command += [*WARNINGS_OF[way.language], *(f"-I{folder}" for folder in folders), *flags]
    command += [*way.flags, "-"]
    name = (root / header).relative_to(folders[0])
    program = include_twice(name, way)
    result = subprocess.run(command, input=program, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return None
    place = f"{way.compiler} -std={way.standard}" + (", `this` renamed" if way.renamed else "")
    place += ", as for QNX" if way.flags else ""
    place += ", after glibc's" if way.before else ", before glibc's" if way.after else ""
    return f"{header}: does not compile alone ({place}):\n{result.stderr}"


def jobs(root):
    flags = system_flags()
    for path in source_files(root, ["tocsin"]):
        if path.suffix != ".h":
            continue
        text = (root / path).read_text()
        for way in ways_of(path, text):
            if shutil.which(way.compiler):
                yield root, [] if is_installed(text) else flags, path, way


def find_problems(root):
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda job: compile_alone(*job), list(jobs(root)))
        return [problem for problem in results if problem]


if __name__ == "__main__":
    sys.exit(report(find_problems(root_from_arguments()), "headers"))
