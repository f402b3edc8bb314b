"""The benchmarks run: at a size too small to tell anything, so that they cannot rot."""

import subprocess
import sys

import pytest

from pulse.config import ROOT

HEARTBEAT = "bench.heartbeat --rounds 1 --seconds 0.3 --clients 20"
REQUEST_LOG = "bench.request_log --rounds 1 --seconds 0.3 --clients 20"
FANOUT = "bench.fanout --rounds 1 --seconds 0.3 --sizes 10"
SWEEP = "bench.sweep --rounds 1 --due 10 --sizes 20 60"


@pytest.mark.parametrize(
    ("command", "rows"),
    [
        (HEARTBEAT, ["REST", "REST", "Socket.IO", "Socket.IO"]),
        (REQUEST_LOG, ["CPU a request, us", "requests a second"]),
        (FANOUT, ["10", "10", "10"]),
        (SWEEP, ["20", "60", "largest / smallest"]),
    ],
)
def test_benchmark_measures(command: str, rows: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    table = [line.strip("| ").split(" | ") for line in done.stdout.splitlines() if line.startswith("|")]
    assert [row[0].partition(":")[0] for row in table[2:]] == rows
    assert float(table[2][1].split()[0].replace(",", "")) > 0
