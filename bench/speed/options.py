"""How much is measured."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bench.crowd import Room
from bench.machine import cpu_seconds


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    rounds: int
    seconds: float
    peers: Sequence[str]
    sizes: Sequence[int]
    at_once: int  # messages on their way
    rate: float  # messages a second where latency is measured
    paced: int  # members of the room where it is
    beaters: int  # sockets that beat
    beats_at_once: int
    idle: Sequence[int]  # connections whose memory is taken
    storm: int  # connections that are cut
    missed: int  # messages to catch up with
    doubled: int  # members of the room that two processes serve


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


def rooms_of(size: int, first: int = 1) -> list[Room]:
    """Rooms of one size: ten of the small ones, one of the others."""
    count = 10 if size < 100 else 1
    return [Room(first + place, first + place * size, size) for place in range(count)]
