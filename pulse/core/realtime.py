"""Telling clients, on every web process: the only caller of `socketio.emit`.

What is told goes over the bus (`core.bus`). Each web process reads all of it and emits to its own sockets.
Where something may have been lost on the way it sends `resync`, on which clients ask again for what they
follow.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from typing import Any

import orjson
import structlog
from flask import Flask
from redis.exceptions import RedisError

from pulse.core import bus, clock
from pulse.core.errors import REDIS_IS_AWAY
from pulse.extensions import socketio

log = structlog.get_logger(__name__)

GATHERING = 1.0  # seconds for all processes to say what they could not tell: clients hear one resync
BREATH = 100  # entries delivered before the sockets' writers get their turn
NAMESPACES: set[str] = set()  # filled by core.sockets

_handlers: dict[str, Callable[[dict[str, Any]], None]] = {}


def message(event: str, data: object, *, namespace: str, rooms: Collection[str]) -> str:
    """A bus entry that emits `event` to the sockets in any of `rooms`, once to each."""
    return orjson.dumps({"e": event, "d": data, "n": namespace, "r": list(rooms)}).decode()


def emit(event: str, data: object, *, namespace: str, rooms: Collection[str]) -> None:
    """Emit to the sockets in any of `rooms` on all processes.

    Raises RedisError when Redis is down; then the namespace's clients are told to resync once it is back.
    """
    bus.append(message(event, data, namespace=namespace, rooms=rooms), namespace)


def pipeline(namespace: str) -> AbstractContextManager[Any]:
    """A Redis transaction that runs at the end of the block, with the same promise as `emit`:

    with realtime.pipeline("/chat") as pipe:
        bus.append_to(pipe, realtime.message(...))
        pipe.set(...)
    """
    return bus.pipeline(namespace)


def disconnect(room: str) -> None:
    """End all sockets in `room` (such as `user:7` or `session:12`), on all processes and namespaces.

    A caller who must be sure of it is a durable reaction: when Redis is down this raises RedisError.
    """
    bus.append(orjson.dumps({"cut": room}).decode())


def call_everywhere(name: str, data: dict[str, Any]) -> None:
    """Run the handler registered under `name` on every web process.

    Raises RedisError when Redis is down; then all clients are told to resync as soon as it is back.
    """
    bus.append(orjson.dumps({"call": name, "d": data}).decode(), *NAMESPACES)


def check_sockets(user_id: int) -> None:
    """Have every web process ask again what the live sockets of a user may do. Raises RedisError."""
    for namespace in sorted(NAMESPACES):
        call_everywhere(f"{namespace}.check_sockets", {"user_id": user_id})


def handler(name: str) -> Callable[[Callable[[dict[str, Any]], None]], Callable[[dict[str, Any]], None]]:
    """Register the function that `call_everywhere(name, ...)` runs."""

    def register(function: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
        _handlers[name] = function
        return function

    return register


def emit_here(event: str, data: object, *, namespace: str, rooms: list[str] | None = None) -> None:
    """Emit to this process's own sockets only; to all of the namespace without `rooms`."""
    if socketio.server is not None:
        socketio.server.emit(event, data, to=rooms, namespace=namespace)


class Listener:
    """Reads the bus for one web process and emits to its sockets."""

    orders = 0  # how often this process was told to end sockets, or to look at them

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.reader = bus.Reader(app.config["REDIS_URL"])
        self.last_success = 0.0
        self.resyncs: Counter[str] = Counter()  # sockets told to resync, by namespace
        # Whoever connects before the first reading may have missed something, and is told at once.
        self._due, self._due_since = set(NAMESPACES), 0.0

    @property
    def is_deaf(self) -> bool:
        """Whether the bus could not be read for more than five seconds."""
        return clock.timestamp() - self.last_success > 5

    def run(self) -> None:
        """Listen for ever (a background task of the web process)."""
        while True:
            try:
                self.listen_once()
            except RedisError as error:
                log.warning(
                    "bus not readable", error=str(error), exc_info=not isinstance(error, REDIS_IS_AWAY)
                )
                socketio.sleep(0.5)
            except Exception:
                log.exception("bus message failed")

    def listen_once(self, block_ms: int = 1000) -> None:
        """Deliver what came since the last call, waiting for it up to `block_ms`."""
        is_waited_for = self._due or bus.owes()
        entries = self.reader.read(min(block_ms, 200) if is_waited_for else block_ms)
        self.last_success = clock.timestamp()
        if self.reader.has_gap:
            self.reader.has_gap = False
            self._resync_soon(NAMESPACES)
        for count, (entry_id, entry) in enumerate(entries, start=1):
            self.reader.last_id = entry_id
            self._deliver(entry)
            if count % BREATH == 0:
                socketio.sleep(0)
        self._pay()
        if self._due and not 0 <= clock.timestamp() - self._due_since < GATHERING:
            due, self._due = self._due, set()
            self._resync(sorted(due))

    def _pay(self) -> None:
        try:
            bus.pay(self.reader.redis)
        except RedisError as error:  # a full Redis can still be read
            log.warning("bus not writable", error=str(error))

    def _resync_soon(self, namespaces: Iterable[str]) -> None:
        if not self._due:
            self._due_since = clock.timestamp()
        self._due.update(namespaces)

    def _resync(self, namespaces: Iterable[str]) -> None:
        for namespace in namespaces:
            if sockets := len(members_here(namespace)):
                log.warning("something was not told, clients resync", namespace=namespace, sockets=sockets)
                self.resyncs[namespace] += sockets
                emit_here("resync", {}, namespace=namespace)
                socketio.start_background_task(self._call, f"{namespace}.check_sockets", {})

    def _call(self, name: str, data: dict[str, Any]) -> None:
        Listener.orders += 1
        with self.app.app_context():
            _handlers[name](data)

    def _deliver(self, entry: dict[str, Any]) -> None:
        if "resync" in entry:
            self._resync_soon(entry["resync"])
        elif "cut" in entry:
            Listener.orders += 1
            _disconnect_here(entry["cut"])
        elif "call" in entry:
            self._call(entry["call"], entry["d"])
        else:
            emit_here(entry["e"], entry["d"], namespace=entry["n"], rooms=entry["r"])


def orders() -> int:
    """A number that grows whenever this process is told to end sockets, or to look at them.

    If it is the same before somebody looked what a socket may do and after it has entered its rooms, nothing
    was missed in between: what is told from then on finds the socket there.
    """
    return Listener.orders


def members_here(namespace: str, room: str | None = None) -> list[str]:
    """The socket ids of this process in a room; in all of the namespace without one."""
    if namespace not in socketio.server.manager.rooms:
        return []
    return [sid for sid, _ in socketio.server.manager.get_participants(namespace, room)]


def _disconnect_here(room: str) -> None:
    connections = set()
    for namespace in NAMESPACES:
        for sid in members_here(namespace, room):
            connections.add(socketio.server.manager.eio_sid_from_sid(sid, namespace))
            socketio.server.disconnect(sid, namespace=namespace)
    for eio_sid in connections:  # waits for the client to read its goodbye, so not here
        socketio.start_background_task(socketio.server.eio.disconnect, eio_sid)
