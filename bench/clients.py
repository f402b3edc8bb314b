"""Clients that cost next to nothing: plain sockets that ask one thing, and again once it is answered.

The HTTP client speaks HTTP/1.1 with keep-alive; the socket client a dialect (bench/dialects.py) over a
WebSocket. What they send is made once, and answers are looked at no further than to see that they are whole
and good.
"""

import json
import re
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from bench.dialects import Dialect, SocketIo

PATIENCE = 20  # seconds without any answer
AT_ONCE = 200  # connections that are made at the same time
REMINDER = 5  # seconds
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Client(Protocol):
    """A connection. `request` is what it sends; `feed` says whether the answer is complete."""

    socket: socket.socket
    request: bytes

    def feed(self, data: bytes) -> bool: ...


Some = TypeVar("Some", bound=Client)


class HttpClient:
    """Posts a JSON body to a path."""

    def __init__(self, port: int, path: str, token: str, body: object) -> None:
        payload = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
        )
        self.request = head.encode() + payload
        self.socket = _connect(port)
        self._received = b""

    def feed(self, data: bytes) -> bool:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not found or (length and len(body) < int(length[1])):
            return False
        assert head.startswith(b"HTTP/1.1 200"), self._received[:1000]
        assert b'"online"' in body, body
        self._received = b""
        return True


class Frames:
    """Cuts what a server sends into messages."""

    def __init__(self) -> None:
        self.rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Messages that are complete with this. Servers send whole texts, unmasked."""
        buffer = self.rest + data
        found, at = [], 0
        while len(buffer) >= at + 2:
            start, length = at + 2, buffer[at + 1]
            if length >= 126:
                start = at + (4 if length == 126 else 10)
                length = int.from_bytes(buffer[at + 2 : start], "big")
            if len(buffer) < start + length:
                break
            assert buffer[at] == 0x81, buffer[at : at + 100]
            at = start + length
            found.append(buffer[start:at])
        self.rest = buffer[at:]
        return found


class SocketClient:
    """A WebSocket that signs in to a namespace with `calls` behind that, and then repeats what it is asked.

    Its first request is answered when the last of the calls is.
    """

    def __init__(
        self,
        port: int,
        namespace: str,
        token: str,
        calls: Sequence[tuple[str, object]] = (),
        dialect: Dialect | None = None,
    ) -> None:
        self.dialect = dialect or SocketIo()
        self.namespace = namespace
        self.frames = Frames()
        self.answer = b""  # to the last call
        self.request = (
            f"GET {self.dialect.path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        ).encode()
        steps = [*self.dialect.sign_in(namespace, token)]
        steps += [self.dialect.call(namespace, number, *call) for number, call in enumerate(calls, start=1)]
        self._steps = deque(steps)
        self._awaited: bytes | None = None  # how the answer begins; None: the answer to the upgrade
        self._good = b""
        self.socket = _connect(port)

    def then(self, event: str, body: object, good: bytes) -> None:
        """From now on request this; an answer must have `good` in it."""
        asked, self._awaited = self.dialect.call(self.namespace, 1, event, body)
        self.request, self._good = frame(asked), good

    def feed(self, data: bytes) -> bool:
        if self._awaited is None:
            head, found, rest = (self.frames.rest + data).partition(b"\r\n\r\n")
            if not found:
                self.frames.rest = head
                return False
            assert head.startswith(b"HTTP/1.1 101"), head[:1000]
            self.frames.rest, data, self._awaited = b"", rest, b""
            if not self._next():
                return True
        is_done = False
        for packet in self.frames.feed(data):
            if packet == self.dialect.ping:
                self.socket.sendall(frame(self.dialect.pong))
            elif self._awaited and packet.startswith(self._awaited):
                assert self._good in packet, packet[:1000]
                self.answer = packet
                is_done = not self._next()
        return is_done

    def _next(self) -> bool:
        if not self._steps:
            return False
        said, self._awaited = self._steps.popleft()
        if said:
            self.socket.sendall(frame(said))
        return True


def ask_each(
    clients: Iterable[Some], meanwhile: Callable[[], None] = lambda: None
) -> tuple[list[Some], float]:
    """Have each client ask once, `AT_ONCE` at a time; returns them, and the seconds until all had answers.

    They may be made only when it is their turn. Whoever was answered is listened to until the end, and
    `meanwhile` is called every few seconds.
    """
    asked: list[Some] = []
    answered = started = time.perf_counter()
    source, reminder = iter(clients), started + REMINDER
    with selectors.DefaultSelector() as selector:

        def begin() -> int:
            client = next(source, None)
            if client is None:
                return 0
            asked.append(client)
            selector.register(client.socket, selectors.EVENT_READ, client)
            client.socket.sendall(client.request)
            return 1

        waiting = sum(begin() for _ in range(AT_ONCE))
        while waiting:
            for key, _ in selector.select(PATIENCE):
                data = key.data.socket.recv(65536)
                assert data, "the server hung up"
                if key.data.feed(data):
                    answered = time.perf_counter()
                    waiting += begin() - 1
            now = time.perf_counter()
            assert now < answered + PATIENCE, f"{waiting} clients had no answer within {PATIENCE} s"
            if now > reminder:
                meanwhile()
                reminder = time.perf_counter() + REMINDER
    return asked, time.perf_counter() - started


def drive(clients: Sequence[Client], seconds: float, at_once: int = 0) -> tuple[int, float]:
    """Keep clients asking for so long, all of them or so many `at_once`, each in its turn.

    Returns how many answers came, and in how many seconds.
    """
    idle = deque(clients)
    with selectors.DefaultSelector() as selector:
        for client in clients:
            selector.register(client.socket, selectors.EVENT_READ, client)
        answers, waiting = 0, at_once or len(clients)
        answered = started = time.perf_counter()
        for _ in range(waiting):
            client = idle.popleft()
            client.socket.sendall(client.request)
        deadline = started + seconds
        while waiting:
            ready = selector.select(PATIENCE)
            now = time.perf_counter()
            assert now < answered + PATIENCE, f"no answer within {PATIENCE} s"
            is_over = now >= deadline
            for key, _ in ready:
                client = key.data
                data = client.socket.recv(65536)
                assert data, "the server hung up"
                if client.feed(data):
                    answers, answered = answers + 1, now
                    idle.append(client)
                    if is_over:
                        waiting -= 1
                    else:
                        following = idle.popleft()
                        following.socket.sendall(following.request)
        return answers, time.perf_counter() - started


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def frame(payload: bytes) -> bytes:
    """A text frame as a client sends it. The mask is zero, which leaves the payload as it is."""
    length = len(payload)
    size = bytes([0x80 | length]) if length < 126 else b"\xfe" + length.to_bytes(2, "big")
    return b"\x81" + size + bytes(4) + payload
