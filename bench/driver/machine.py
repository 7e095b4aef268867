"""Says on which machine figures were taken: they mean nothing without it, and do not mix across two."""

import hashlib
import json
import os
import platform
import subprocess
from pathlib import Path


def first_value(path, key):
    """What follows the first KEY of a file of lines "KEY: value" or "KEY=value"; else "unknown"."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return "unknown"
    for line in lines:
        name, _, value = line.replace("=", ":", 1).partition(":")
        if name.strip() == key:
            return value.strip().strip('"')
    return "unknown"


def memory():
    """In gibibytes, rounded so that the few pages that a boot makes of difference do not count."""
    words = first_value("/proc/meminfo", "MemTotal").split()
    return f"{int(words[0]) / 2**20:.1f} GiB" if words[0].isdigit() else "unknown"


def compiler():
    try:
        result = subprocess.run(["g++", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return "no g++ here"
    return (result.stdout.splitlines() or ["unknown"])[0]


def describe():
    """What the head of a table says; the order is that of the head."""
    return {
        "processor": first_value("/proc/cpuinfo", "model name"),
        "processors": len(os.sched_getaffinity(0)),
        "memory": memory(),
        "kernel": f"{platform.system()} {platform.release()}",
        "distribution": first_value("/etc/os-release", "PRETTY_NAME"),
        "compiler": compiler(),
    }


def identity(machine):
    """Short and equal for equal machines; stands in every line that is kept."""
    return hashlib.sha256(json.dumps(machine, sort_keys=True).encode()).hexdigest()[:12]
