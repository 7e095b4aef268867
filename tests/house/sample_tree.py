"""A small source tree in a temporary folder, for tests of the checkers."""

import contextlib
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "lint"))

PUBLIC = "// A sample. Public.\n#pragma once\n"
PRIVATE_TO_CORE = "// A sample. Private to tocsin/core.\n#pragma once\n"
SOURCE = "// A sample. Private to tocsin/core.\n"


@contextlib.contextmanager
def sample_tree(files):
    """Writes `files`, a text for each path, and gives the folder."""
    with tempfile.TemporaryDirectory(prefix="tocsin-house-") as folder:
        for path, text in files.items():
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        yield Path(folder)
