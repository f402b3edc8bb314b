"""The bus: a Redis stream that each web process reads as a whole.

Unlike pub/sub a stream can be read on after a lost connection. Where that is not enough somebody knows it:

- Whoever could not append owes the clients of those namespaces a resync. It is remembered here and appended
  as soon as Redis takes it, by the next append, the listener or the worker's ticker, for all to read.
- A reader knows when it cannot prove that it has read everything: the stream was cut behind its back, or
  Redis is not the one it was, so that what was appended last may not have reached its disk.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ResponseError
from redis.retry import Retry

from pulse.extensions import store

BUS = "pulse:bus"
BUS_LENGTH = 20_000  # entries kept for readers that were away
AT_ONCE = 1000  # entries read in one go
START = "0-0"

Entry = tuple[str, dict[str, Any]]  # its id, and what it says

_owed: set[str] = set()


@contextmanager
def pipeline(*namespaces: str) -> Iterator[Any]:
    """A Redis transaction that runs at the end of the block: `append_to` it and add other commands.

    If it does not come to that, the clients of `namespaces` are owed a resync; RedisError when Redis is down.
    """
    try:
        pay(store.client)
        with store.client.pipeline() as pipe:
            yield pipe
            pipe.execute()
    except BaseException:  # also a job out of time, whose append Redis may or may not have seen
        owe(*namespaces)
        raise


def append(entry: str, *namespaces: str) -> None:
    """Append one entry; like a `pipeline` of nothing else."""
    try:
        pay(store.client)
        append_to(store.client, entry)
    except BaseException:
        owe(*namespaces)
        raise


def append_to(pipe: Any, entry: str) -> None:
    """Append one entry by way of a pipeline."""
    pipe.xadd(BUS, {"m": entry}, maxlen=BUS_LENGTH, approximate=True)


def owe(*namespaces: str) -> None:
    """Remember that the clients of `namespaces` were not told something, on any process."""
    _owed.update(namespaces)


def owes() -> bool:
    """Whether this process owes a resync."""
    return bool(_owed)


def pay(redis: Any) -> None:
    """Let every process send `resync` where this one owes it. Raises RedisError when Redis is down."""
    if not _owed:
        return
    owed = set(_owed)
    _owed.difference_update(owed)  # first: what fails from here on is owed anew
    try:
        append_to(redis, orjson.dumps({"resync": sorted(owed)}).decode())
    except BaseException:
        _owed.update(owed)
        raise


class Reader:
    """One process's place in the stream, on a connection of its own that is never mended silently."""

    def __init__(self, url: str) -> None:
        self.redis: Any = Redis.from_url(
            url,
            decode_responses=True,
            max_connections=1,
            socket_connect_timeout=2,
            socket_timeout=3,
            retry=Retry(NoBackoff(), 0),
            redis_connect_func=self._connected,
        )
        self.last_id = ""
        self.has_gap = False  # set here, cleared by whoever has dealt with it
        self._run_id = ""  # of the Redis that was read last
        self._connections = 0
        self._known = 0  # the connection on which we have looked where we stand

    def read(self, block_ms: int) -> list[Entry]:
        """What comes after `last_id`, which the caller moves on; waits up to `block_ms` for it.

        Afterwards `has_gap` says whether something may have been lost. Raises RedisError when Redis is down.
        """
        answer, is_proven = None, False
        while not is_proven:  # connected anew to answer this: look first whether it is the same Redis
            if not self._known or self._known != self._connections:
                self._look()
            answer = self.redis.xread({BUS: self.last_id}, count=AT_ONCE, block=block_ms)
            is_proven = self._known == self._connections
        entries = answer[0][1] if answer else []
        if len(entries) == AT_ONCE and self._find_place():  # so far behind that it may have been cut
            self.has_gap = True
            return []
        return [(entry_id, orjson.loads(fields["m"])) for entry_id, fields in entries]

    def _connected(self, connection: Any) -> None:
        connection.on_connect()
        self._connections += 1

    def _look(self) -> None:
        """After connecting: find out whether anything may have been lost meanwhile."""
        run_id = self.redis.info("server")["run_id"]
        known = self._connections
        if self._run_id not in ("", run_id):
            self.has_gap = True
        self._run_id = run_id
        if self._find_place():
            self.has_gap = True
        self._known = known

    def _find_place(self) -> bool:
        """Find our place in the stream; true if what came after our last entry may no longer be there.

        That is so if the stream begins behind that entry, or ends before it. Then we go on at its end.
        """
        try:
            info = self.redis.xinfo_stream(BUS)
        except ResponseError as error:
            if "no such key" not in str(error):
                raise
            info = {"first-entry": None, "last-generated-id": START, "length": 0, "entries-added": 0}
        newest, oldest = info["last-generated-id"], (info["first-entry"] or [START])[0]
        if self.last_id == START and info["entries-added"] == info["length"]:
            return False  # nothing was ever cut off
        is_new = not self.last_id
        missed = not is_new and not _id(oldest) <= _id(self.last_id) <= _id(newest)
        if is_new or missed:
            self.last_id = newest
        return missed


def _id(text: str) -> tuple[int, int]:
    left, _, right = text.partition("-")
    return int(left), int(right or 0)
