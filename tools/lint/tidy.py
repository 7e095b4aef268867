#!/usr/bin/env python3
"""Runs clang-tidy over the sources of the rooms and the examples, and asks for little but clang's warnings in
all others.

Usage: tidy.py BUILD_FOLDER. Nothing is built. A file that was clean is not read again until it, a header or the
configuration changes: a stamp in BUILD_FOLDER/tidy remembers it.
"""

import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sources import ROOT, report, source_files

FOLDERS = ["tocsin", "examples"]
WARNINGS_ONLY = ["--checks=-*,clang-diagnostic-*,misc-unused-alias-decls"]


def digest(*paths):
    state = hashlib.sha256()
    for path in paths:
        state.update(path.read_bytes())
    return state


def state_of_headers():
    headers = [path for path in source_files() if path.suffix == ".h"]
    return digest(ROOT / ".clang-tidy", Path(__file__), *(ROOT / path for path in headers))


def files_to_check(build):
    """Leaves in BUILD_FOLDER/tidy one way to compile each file: one that several libraries are made of
    would be read once for each."""
    commands = json.loads((build / "compile_commands.json").read_text())
    known = {entry["file"]: entry for entry in reversed(commands)}
    (build / "tidy/compile_commands.json").write_text(json.dumps(list(known.values())))
    wanted = [ROOT / path for path in source_files() if path.suffix != ".h"]
    return [(path, known[str(path)]["command"]) for path in wanted if str(path) in known]


def options_for(path):
    return [] if path.relative_to(ROOT).parts[0] in FOLDERS else WARNINGS_ONLY


def check_file(build, headers, path, command):
    """None, or what clang-tidy said."""
    state = headers.copy()
    state.update(path.read_bytes())
    state.update(command.encode())
    stamp = build / "tidy" / state.hexdigest()
    if stamp.exists():
        return None
    result = subprocess.run(
        ["clang-tidy-19", "--quiet", "-p", str(build / "tidy"), *options_for(path), str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode == 0:
        stamp.touch()
        return None
    return result.stdout.strip() or result.stderr.strip()


def main():
    build = Path(sys.argv[1]).resolve()
    (build / "tidy").mkdir(exist_ok=True)
    headers = state_of_headers()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(
            lambda file: check_file(build, headers, *file), files_to_check(build)
        )
        return report([problem for problem in results if problem], "clang-tidy")


if __name__ == "__main__":
    sys.exit(main())
