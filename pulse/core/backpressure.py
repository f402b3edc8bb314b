"""What one client may cost this process: a bounded queue, a bounded message, a deadline for signing in.

A client that does not read what it is sent is let go: its connection is reset, without waiting for it, and
the greenlets that served it end by themselves. It comes back and asks for what it missed, as after any lost
connection. Stock engine.io has none of these bounds; docs/decisions says how they are put in.
"""

import socket
import struct
from collections.abc import Sized
from functools import cache, partial
from typing import Any

import structlog

from pulse.core import clock, realtime
from pulse.extensions import socketio
from pulse.wire.limits import CONNECT_SECONDS, note

log = structlog.get_logger(__name__)

MOST_PACKETS = 1000  # waiting for one client, those of this moment too
MOST_BYTES = 4 << 20
FRAGMENT_COST = 64  # bytes that a frame of a message costs us beside its data

_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: forget what is not sent yet


def bound(server: Any) -> None:
    """Put the bounds around an engine.io server, before its first client."""
    stock = server._async
    queue = type("Queue", (_Bounded, stock["queue"]), {})
    server._async = {
        **stock,
        "queue": partial(queue, server),
        "websocket": partial(_websocket, stock["websocket"]),
    }


def watch() -> None:
    """Look for silent connections for ever (a background task of the web process)."""
    while True:
        socketio.sleep(CONNECT_SECONDS / 3)
        try:
            drop_silent()
        except Exception:
            log.exception("silent connections not let go")


def drop_silent() -> None:
    """Let go of connections that are older than CONNECT_SECONDS and were in no namespace yet."""
    server = socketio.server
    deadline = clock.timestamp() - CONNECT_SECONDS
    for eio_sid, connection in list(server.eio.sockets.items()):
        queue = connection.queue
        if queue.is_welcome or queue.made_at >= deadline:
            continue
        queue.is_welcome = any(server.manager.sid_from_eio_sid(eio_sid, n) for n in realtime.NAMESPACES)
        if not queue.is_welcome:
            queue.let_go("silent")


class _Bounded:
    """Mixed into the queue of packets that wait for one client."""

    queue: Sized

    def __init__(self, server: Any) -> None:
        self.server = server
        self.bytes = 0
        self.made_at = clock.timestamp()
        self.is_welcome = False  # has been in a namespace
        self.is_over = False
        self.tcp: socket.socket | None = None  # of its WebSocket
        super().__init__()

    def put(self, packet: Any, block: bool = True, timeout: float | None = None) -> None:
        """Queue a packet; never blocks. None, which ends the writer, is always taken."""
        waiting = len(self.queue)
        if packet is not None:
            if waiting >= MOST_PACKETS or (waiting and self.bytes >= MOST_BYTES) or self.is_over:
                self.let_go("slow")
                return
            data = packet.data
            size = len(data) if isinstance(data, (str, bytes)) else 0
            # The writer takes all that waits at once, so what was put since then is what waits.
            self.bytes = self.bytes + size if waiting else size
        super().put(packet, block, timeout)  # type: ignore[misc]

    def let_go(self, reason: str) -> None:
        """End the connection at once, whatever its client does."""
        if self.is_over:
            return
        self.is_over = True
        note(reason, packets=len(self.queue), bytes=self.bytes)
        if self.tcp is not None:  # the greenlets that read and write it see its end
            _reset(self.tcp)
        else:  # long polling: nobody waits for anything, or for a poll that ends now
            self.server.start_background_task(self._close)

    def _close(self) -> None:
        for connection in list(self.server.sockets.values()):
            if connection.queue is self:
                connection.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_ERROR)


def _reset(tcp: socket.socket) -> None:
    try:
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        tcp.shutdown(socket.SHUT_RDWR)
    except OSError as error:  # its client was quicker
        log.info("connection was gone already", error=str(error))


def _websocket(stock: Any, handler: Any, server: Any) -> Any:
    """The engine's WebSocket door for one request, `handler` being the method of its engine.io socket."""

    def run(websocket: Any) -> Any:
        if server.async_mode == "eventlet":
            tcp = websocket.socket
            websocket.Message = partial(_bounded_message(type(websocket).Message), websocket)
        else:
            tcp = websocket.ws.sock
        handler.__self__.queue.tcp = tcp
        return handler(websocket)

    if server.async_mode == "eventlet":
        door = stock(run, server)
        door.support_legacy_versions = False  # their messages have no length, so no bound either
        return door
    return stock(run, server, max_message_size=server.max_http_buffer_size)


@cache
def _bounded_message(stock: type) -> type:
    """eventlet bounds a frame; this bounds the message: each frame lessens what the next may have."""

    class Message(stock):
        def __init__(self, websocket: Any, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.websocket = websocket
            self.is_data = not self.opcode & 8

        def push(self, data: bytes, final: bool = False) -> None:
            super().push(data, final)
            if self.is_data:
                self.websocket.max_frame_length -= len(data) + FRAGMENT_COST

        def getvalue(self) -> Any:
            if self.is_data:
                self.websocket.max_frame_length = self.max_frame_length
            return super().getvalue()

    return Message
