#!/usr/bin/env python3
"""Reads every #include below tocsin/ and fails on an arrow that points right.

    base <- core <- ivykis
                 <- resource <- qnx, remote, cli

Beside the arrows: a header that is private to a room is included by that room only (and by its
tests, benchmarks and fuzz targets), what is installed includes only what is installed, and libraries
from outside are used by the rooms that own them. Usage: layers.py [ROOT]
"""

import sys

from sources import (
    includes,
    is_installed,
    private_room,
    report,
    root_from_arguments,
    source_files,
)

# Each room, and the rooms that it may include.
ARROWS = {
    "base": set(),
    "core": {"base"},
    "ivykis": {"base", "core"},
    "resource": {"base", "core"},
    "qnx": {"base", "core", "resource"},
    "remote": {"base", "core", "resource"},
    "cli": {"base", "core", "resource"},
}

# The first part of an include path from outside, and the rooms that may use it.
OUTSIDE = {
    "fuse": {"resource"},
    "fuse_lowlevel": {"resource"},
    "fuse3": {"resource"},
    "nats": {"remote"},
    "CLI": {"cli"},
    "fmt": {"cli"},
    "nlohmann": {"cli"},
    "gtest": set(),
    "gmock": set(),
    "benchmark": set(),
    "uv": set(),
    "seccomp": set(),
}

# Where headers lie that are included by their bare names, as <iv.h> and <sys/iofunc.h>. One that goes
# on to a namesake of glibc's, as <errno.h>, is meant only by those who look in that folder.
BARE = ("tocsin/ivykis/include/", "tocsin/qnx/include/")

# Folders outside tocsin/ that may look inside a room: for these, privacy is a hint only.
INSIDERS = {"bench", "fuzz", "interleavings"}


def room_of(path):
    parts = str(path).split("/")
    return parts[1] if parts[0] == "tocsin" and len(parts) > 2 else None


def check_arrow(room, target):
    if room is None or target is None or target == room:
        return None
    if room not in ARROWS:
        return f"the room tocsin/{room} is not in the house: add it to tools/lint/layers.py"
    if target not in ARROWS[room]:
        return f"tocsin/{room} may not include tocsin/{target}: arrows point left only"
    return None


def check_privacy(path, room, included, headers):
    text = headers.get(included)
    if text is None:
        return f"there is no {included}" if included.startswith("tocsin/") else None
    owner = private_room(text)
    if owner is None or room == owner or path.parts[0] in INSIDERS:
        return None
    if path.parts[:2] == ("tests", owner):
        return None
    return f"{included} is private to tocsin/{owner}"


def check_surface(path, text, included, headers):
    if path.suffix != ".h" or not is_installed(text) or included not in headers:
        return None
    if is_installed(headers[included]):
        return None
    return (
        f"a public header includes {included}, which is not installed; if a public type holds "
        "what is in it, its first line says 'Private to tocsin/ROOM; installed.'"
    )


def check_outside(room, included):
    owners = OUTSIDE.get(included.split("/")[0].removesuffix(".h").removesuffix(".hpp"))
    if room is None or owners is None or room in owners:
        return None
    return f"tocsin/{room} may not use <{included}>"


def check_include(path, text, include, headers):
    _, mark, included = include
    room = room_of(path)
    for folder in BARE:
        namesake = "#include_next" in headers.get(folder + included, "")
        if folder + included in headers and (not namesake or folder.startswith(f"tocsin/{room}/")):
            included = folder + included
    if mark == '"' and room is not None:
        return f'"{included}": include by the full path in angle brackets'
    return (
        check_arrow(room, room_of(included))
        or check_privacy(path, room, included, headers)
        or check_surface(path, text, included, headers)
        or check_outside(room, included)
    )


def find_problems(root):
    texts = {str(path): (root / path).read_text() for path in source_files(root)}
    headers = {path: text for path, text in texts.items() if path.endswith(".h")}
    problems = []
    for path in source_files(root):
        for include in includes(texts[str(path)]):
            problem = check_include(path, texts[str(path)], include, headers)
            if problem:
                problems.append(f"{path}:{include[0]}: {problem}")
    return problems


if __name__ == "__main__":
    sys.exit(report(find_problems(root_from_arguments()), "layers"))
