"""Where programs are found and figures are kept, so that no other module builds a path of its own."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/release"
BIN = Path(os.environ.get("TOCSIN_BIN_DIR") or BUILD / "bin").absolute()
KEPT = Path(os.environ.get("TOCSIN_BENCH_DIR") or ROOT / "build/bench").absolute()

FULL = KEPT / "full.jsonl"
QUICK = KEPT / "quick.jsonl"
ONLY = KEPT / "only.jsonl"
REPORT = KEPT / "report.html"
LOCK = KEPT / "lock"


def shown(path):
    """A path as a reader in the root of the tree would type it."""
    path = Path(path)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
