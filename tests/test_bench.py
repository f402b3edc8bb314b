"""The benchmarks run: at a size too small to tell anything, so that they cannot rot."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.servers import peers
from pulse.config import ROOT

HEARTBEAT = "bench.heartbeat --rounds 1 --seconds 0.3 --clients 20"
REQUEST_LOG = "bench.request_log --rounds 1 --seconds 0.3 --clients 20"
FANOUT = "bench.fanout --rounds 1 --seconds 0.3 --sizes 10"
SWEEP = "bench.sweep --rounds 1 --due 10 --sizes 20 60"
SPEED = (
    "bench.speed --rounds 1 --seconds 0.3 --at-once 1 --sizes 10 --paced 10 --rate 10 "
    "--beaters 20 --beats-at-once 10 --idle 10 20 --missed 2 --doubled 10 "
)


def run(module: str, seconds: float, **environment: str) -> str:
    """What it prints."""
    done = subprocess.run(
        [sys.executable, "-m", *module.split()],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def rows(text: str) -> list[list[str]]:
    """Of the tables, their heads included."""
    return [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]


@pytest.mark.timeout(310)
@pytest.mark.parametrize(
    ("command", "names"),
    [
        (HEARTBEAT, ["REST", "socket"]),
        (REQUEST_LOG, ["CPU a request", "requests a second"]),
        (FANOUT, ["room of 10"]),
        (SWEEP, ["20", "60", "largest / smallest"]),
        (
            SPEED + "--peers obvious --only fanout,latency",
            ["rooms of 10", "room of 10 at 100 deliveries a second"],
        ),
        (SPEED + "--peers none --only heartbeats", ["REST", "socket"]),
        (
            SPEED + "--peers obvious --only mass",
            ["memory per connection of 10", "memory per connection of 20", "storm of 20"],
        ),
        (SPEED + "--peers none --only two", ["room of 10"]),
    ],
)
def test_benchmark_measures(command: str, names: list[str]) -> None:
    table = rows(run(command, 300))
    found = dict.fromkeys(row[0].partition(":")[0].partition(", ")[0] for row in table)
    assert [name for name in names if name in found] == names
    assert float(table[2][1].split()[0].replace(",", ""))  # memory of a few may seem to shrink


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_every_peer_is_installed_and_measured(tmp_path: Path) -> None:
    run("bench.peers", 600, BENCH_PEERS=str(tmp_path))
    text = run(SPEED + "--only fanout,latency,heartbeats,mass", 500, BENCH_PEERS=str(tmp_path))
    parts = text.split("\n## ")[1:]
    assert [part.partition("\n")[0] for part in parts] == ["fanout", "latency", "heartbeats", "mass"]
    for part in parts:
        measured = {row[0].rpartition(": ")[2] for row in rows(part)}
        assert {peer.name for peer in peers()} <= measured
