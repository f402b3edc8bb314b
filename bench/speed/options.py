"""How much is measured."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.servers import Room

WARM_UP = 1.0  # seconds


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
    idle: Sequence[int]  # connections whose memory is taken; the most of them are cut and come again
    missed: int  # messages to catch up with
    doubled: int  # members of the room that two processes serve


def rooms_of(sizes: Sequence[int]) -> dict[int, list[Room]]:
    """Rooms of each size, ten of the small ones and one of the others. No user is in two of them."""
    found: dict[int, list[Room]] = {}
    rooms, users = 0, 0
    for size in sizes:
        count = 10 if size < 100 else 1
        found[size] = [Room(rooms + 1 + n, users + 1 + n * size, size) for n in range(count)]
        rooms, users = rooms + count, users + count * size
    return found
