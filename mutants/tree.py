"""A copy of the tree in which the programs of the tests have all mutants inside."""

import shutil
import subprocess
from collections import defaultdict

INCLUDE = b"#include <mutants/switch.h>\n"


def rewrite(source, mutants):
    """The source with those mutants, each with its number, inside."""
    insertions = sorted(
        ((one, number) for number, mutant in mutants for one in mutant.insertions),
        key=lambda pair: pair[0].order(),
    )
    pieces, at = [], 0
    for one, number in insertions:
        pieces.append(source[at:one.offset])
        pieces.append(one.text.format(n=number).encode())
        at = one.offset + one.length
    pieces.append(source[at:])
    text = b"".join(pieces)
    line = text.index(b"#")  # after what stands at the head of the file
    return text[:line] + INCLUDE + text[line:]


def files_of(root):
    """What git knows of, or would."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root, stdout=subprocess.PIPE, check=True,
    ).stdout.decode().split("\0")
    return [name for name in names if name and (root / name).is_file()]


def make(root, tree, numbered):
    """Writes the tree with those (number, mutant) inside. What is as it was is left alone."""
    by_file = defaultdict(list)
    for number, mutant in numbered:
        by_file[mutant.file].append((number, mutant))
    for name in files_of(root):
        content = (root / name).read_bytes()
        if name in by_file:
            content = rewrite(content, by_file[name])
        target = tree / name
        if not target.is_file() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            shutil.copymode(root / name, target)


def build(tree, where, targets):
    """Builds those programs of that tree there."""
    subprocess.run(
        ["cmake", "-S", tree, "-B", where, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
         "-DCMAKE_CXX_FLAGS=-w", "-DTOCSIN_BUILD_BENCH=OFF"],
        stdout=subprocess.DEVNULL, check=True,
    )
    subprocess.run(["ninja", "-C", where, *targets], check=True)
