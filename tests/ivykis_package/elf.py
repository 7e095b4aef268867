"""What a shared library tells the loader and the linker, as readelf and nm of binutils show it."""

import re
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Library:
    name: str  # its SONAME
    needed: tuple
    symbols: frozenset  # (name, version, kind): all that it exports
    nodes: frozenset  # (version, the versions that it follows)
    text_relocations: bool
    executable_stack: bool


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def symbols_of(file):
    """Versions are told as the linker writes them: `@@` before the one that new programs get."""
    found = set()
    for line in run("nm", "-D", "--defined-only", str(file)).splitlines():
        _, kind, symbol = line.split()
        name, at, version = symbol.partition("@")
        if kind != "A":  # the nodes themselves
            found.add((name, at + version, kind))
    return frozenset(found)


def nodes_of(file):
    found = {}
    for line in run("readelf", "--version-info", "--wide", str(file)).splitlines():
        node = re.search(r"Rev: 1  Flags: (\w+)  Index.*Name: (\S+)", line)
        parent = re.search(r"Parent \d+: (\S+)", line)
        if node:
            last = node.group(2)
            if node.group(1) != "BASE":
                found[last] = ()
        elif parent:
            found[last] += (parent.group(1),)
    return frozenset(found.items())


def library(file):
    dynamic = run("readelf", "--dynamic", "--wide", str(file))
    stack = re.search(r"GNU_STACK.*\s(R?W?E?)\s+0x", run("readelf", "--segments", "--wide", str(file)))
    return Library(
        name=re.search(r"\(SONAME\).*\[(.*)\]", dynamic).group(1),
        needed=tuple(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)),
        symbols=symbols_of(file),
        nodes=nodes_of(file),
        text_relocations="TEXTREL" in dynamic,
        executable_stack=stack is None or "E" in stack.group(1),
    )
