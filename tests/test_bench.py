"""The benchmarks run: at a size too small to tell anything, so that they cannot rot."""

import subprocess
import sys

import pytest

from pulse.config import ROOT

HEARTBEAT = "bench.heartbeat --rounds 1 --seconds 0.3 --clients 20"
REQUEST_LOG = "bench.request_log --rounds 1 --seconds 0.3 --clients 20"
FANOUT = "bench.fanout --rounds 1 --seconds 0.3 --sizes 10"
SWEEP = "bench.sweep --rounds 1 --due 10 --sizes 20 60"
SPEED = (
    "bench.speed --peers none --rounds 1 --seconds 0.3 --at-once 1 --sizes 10 --paced 10 --rate 10 "
    "--beaters 20 --beats-at-once 10 --idle 10 20 --missed 2 --doubled 10 --only "
)


@pytest.mark.parametrize(
    ("command", "rows"),
    [
        (HEARTBEAT, ["REST", "socket"]),
        (REQUEST_LOG, ["CPU a request", "requests a second"]),
        (FANOUT, ["10"]),
        (SWEEP, ["20", "60", "largest / smallest"]),
        (SPEED + "fanout,latency", ["rooms of 10", "room of 10 at 100 deliveries a second"]),
        (SPEED + "heartbeats", ["REST", "socket"]),
        (SPEED + "mass", ["memory per connection of 10", "memory per connection of 20"]),
        (SPEED + "two", ["room of 10"]),
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
    found = dict.fromkeys(row[0].partition(":")[0].partition(", ")[0] for row in table)
    assert [name for name in rows if name in found] == rows
    assert float(table[2][1].split()[0].replace(",", "")) > 0
