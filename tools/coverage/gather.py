#!/usr/bin/env python3
"""Has the programs of the build `coverage` write what they and their libraries counted, and lets llvm-cov
say what of tocsin/ that is. Usage: gather.py BUILD"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VERSION = "19"

# What stands elsewhere is no part of the product: tests, examples, libraries of others.
PRODUCT = ROOT / "tocsin"


def is_program(path):
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def binaries(build):
    found = [path for folder in ("bin", "lib") for path in sorted((build / folder).iterdir())]
    return [path for path in found if path.is_file() and not path.is_symlink() and is_program(path)]


def write_profiles(build, folder):
    """One file for each program, and for each library."""
    environment = {**os.environ, "TOCSIN_COVERAGE_PROFILES": str(folder)}
    for program in binaries(build):
        if program.parent.name == "bin":
            subprocess.run([program], env=environment, check=True, stdin=subprocess.DEVNULL, timeout=60)


def unwritten(counts, profiles):
    """What was counted by a program that is not there any more, or that lies elsewhere."""
    written = {path.stem for path in profiles.iterdir()}
    return sorted(path.stem for path in counts.iterdir() if path.stem not in written)


def cover(command, build, profile, *options, to=None):
    first, *others = binaries(build)
    objects = [first, *(f"--object={path}" for path in others), "--sources", PRODUCT]
    arguments = [f"llvm-cov-{VERSION}", command, f"--instr-profile={profile}", *options, *objects]
    with open(to or os.devnull, "w", encoding="utf-8") as output:
        subprocess.run(arguments, check=True, stdout=output)


def say(build, profile, folder):
    cover("export", build, profile, "--format=lcov", to=folder / "lines.info")
    cover("export", build, profile, "--skip-expansions", to=folder / "details.json")
    ways = ["--show-branches=count", "--show-mcdc", "--show-instantiations=false"]
    cover("show", build, profile, *ways, to=folder / "shown.txt")
    cover("show", build, profile, *ways, "--format=html", f"--output-dir={folder / 'html'}")


def main(build):
    folder, profiles = build / "report", build / "report/profiles"
    shutil.rmtree(folder, ignore_errors=True)
    profiles.mkdir(parents=True)
    write_profiles(build, profiles)
    for name in unwritten(build / "counts", profiles):
        print(f"{name}: counted, and by no program of this build", file=sys.stderr)
    profile = folder / "all.profdata"
    raw = sorted(map(str, profiles.iterdir()))
    subprocess.run([f"llvm-profdata-{VERSION}", "merge", *raw, "-o", profile], check=True)
    say(build, profile, folder)
    print(f"written: {folder / 'html/index.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
