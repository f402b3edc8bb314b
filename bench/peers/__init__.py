"""Servers that do the same job as Pulse, made to be measured beside it."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
PATH = (
    f"{os.environ['PATH']}{os.pathsep}{Path(sys.executable).parent}"  # the Makefile puts Node beside Python
)


def home() -> Path:
    """Where the peers' packages are: BENCH_PEERS, or a folder in the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("BENCH_PEERS") or Path(cache) / "pulse-bench").absolute()
