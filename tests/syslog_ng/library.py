"""Which libivykis a program is started on, and whether it is the one that it has mapped."""

import os
import subprocess
from pathlib import Path

FILE = "libivykis.so.0"
DEBIAN_PACKAGE = "libivykis0"


class Library:
    """Debian's library, or the one in a folder of its own."""

    def __init__(self, where="stock", preload=None):
        self.folder = None if where == "stock" else Path(where).absolute()
        self.preload = preload
        if self.folder and not (self.folder / FILE).exists():
            raise SystemExit(f"there is no {self.folder}/{FILE}")

    def name(self):
        return "stock" if self.folder is None else str(self.folder)

    def environment(self):
        """What a program is to be started with."""
        environment = dict(os.environ)
        for variable in ("LD_LIBRARY_PATH", "LD_PRELOAD"):
            environment.pop(variable, None)
        if self.folder:
            environment["LD_LIBRARY_PATH"] = str(self.folder)
        if self.preload:
            environment["LD_PRELOAD"] = str(self.preload)
        return environment

    def problems_of(self, process):
        """Nothing, if this very library is mapped by that process, and no other."""
        mapped = mapped_files(process)
        if len(mapped) != 1:
            return [f"libraries mapped by process {process}: {sorted(mapped) or 'none'}"]
        return self.problems_with(mapped.pop())

    def problems_with(self, file):
        """Nothing, if `file` is this library."""
        if self.folder and os.path.realpath(self.folder / FILE) != os.path.realpath(file):
            return [f"the library mapped is {file}, not {self.folder / FILE}"]
        if not self.folder and not is_of_debian(file):
            return [f"the library mapped is {file}, which is not of Debian's {DEBIAN_PACKAGE}"]
        return []

    def problems_of_program(self, program):
        """As problems_of, for a program too short to look into: what the loader would map for it."""
        environment = self.environment() | {"LD_TRACE_LOADED_OBJECTS": "1"}
        said = subprocess.run([program], env=environment, capture_output=True, text=True, check=True)
        found = [line.split()[2] for line in said.stdout.splitlines() if FILE in line.split("=>")[0]]
        return self.problems_with(found[0]) if found else [f"{program} does not load {FILE}"]


def mapped_files(process):
    lines = Path(f"/proc/{process}/maps").read_text(encoding="utf-8").splitlines()
    paths = {line.split(maxsplit=5)[5] for line in lines if len(line.split(maxsplit=5)) == 6}
    return {path for path in paths if os.path.basename(path).startswith("libivykis")}


def is_of_debian(file):
    real = os.path.realpath(file)
    # The package may know the file by its path from before /usr was merged.
    names = [real, real.removeprefix("/usr")]
    said = subprocess.run(["dpkg-query", "-S", *names], capture_output=True, text=True, check=False)
    return said.stdout.startswith(f"{DEBIAN_PACKAGE}:")
