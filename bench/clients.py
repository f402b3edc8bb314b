"""Clients that cost next to nothing: plain sockets that ask one thing, and again once it is answered.

The HTTP client speaks HTTP/1.1 with keep-alive; the Socket.IO client Engine.IO 4 over a websocket. What they
send is made once, and answers are looked at no further than to see that they are whole and good.
"""

import json
import re
import selectors
import socket
import time
from collections.abc import Sequence
from typing import Protocol

PATIENCE = 20  # seconds to wait for an answer
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Client(Protocol):
    """A connection. `request` is what it sends; `feed` says whether the answer is complete."""

    socket: socket.socket
    request: bytes

    def feed(self, data: bytes) -> bool: ...


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


class SocketClient:
    """Joins a namespace with a token, then emits one event and awaits its ack."""

    def __init__(self, port: int, namespace: str, token: str, event: str, body: object) -> None:
        self._buffer = b""
        self.socket = _connect(port)
        self.socket.sendall(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )
        while b"\r\n\r\n" not in self._buffer:
            self._buffer += self._receive()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head
        self._await(b"0")
        self.socket.sendall(_frame(f"40{namespace},{json.dumps({'token': token})}".encode()))
        self._await(f"40{namespace},".encode())
        self.request = _frame(f"42{namespace},1{json.dumps([event, body])}".encode())
        self._ack = f"43{namespace},1[".encode()

    def feed(self, data: bytes) -> bool:
        self._buffer += data
        is_done = False
        while (packet := self._next()) is not None:
            if packet == b"2":
                self.socket.sendall(_frame(b"3"))
            elif packet.startswith(self._ack):
                assert b'"online"' in packet, packet[:1000]
                is_done = True
        return is_done

    def _await(self, start: bytes) -> None:
        while (packet := self._next()) is None:
            self._buffer += self._receive()
        assert packet.startswith(start), packet[:1000]

    def _receive(self) -> bytes:
        data = self.socket.recv(65536)
        assert data, f"the server hung up: {self._buffer!r}"
        return data

    def _next(self) -> bytes | None:
        """The next packet, or None until more has come. Servers send texts below 64 KiB, unmasked."""
        if len(self._buffer) < 2:
            return None
        start, length = 2, self._buffer[1]
        if length == 126:
            start, length = 4, int.from_bytes(self._buffer[2:4], "big")
        if len(self._buffer) < start + length:
            return None
        assert self._buffer[0] == 0x81, self._buffer[:100]
        packet, self._buffer = self._buffer[start : start + length], self._buffer[start + length :]
        return packet


def drive(clients: Sequence[Client], seconds: float) -> tuple[int, float]:
    """Keep every client asking for so long; returns how many answers came, and in how many seconds."""
    with selectors.DefaultSelector() as selector:
        for client in clients:
            selector.register(client.socket, selectors.EVENT_READ, client)
            client.socket.sendall(client.request)
        answers, waiting, started = 0, len(clients), time.perf_counter()
        deadline = started + seconds
        while waiting:
            ready = selector.select(PATIENCE)
            assert ready, f"no answer within {PATIENCE} s"
            is_over = time.perf_counter() >= deadline
            for key, _ in ready:
                client = key.data
                data = client.socket.recv(65536)
                assert data, "the server hung up"
                if client.feed(data):
                    answers += 1
                    if is_over:
                        waiting -= 1
                    else:
                        client.socket.sendall(client.request)
        return answers, time.perf_counter() - started


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _frame(payload: bytes) -> bytes:
    """A text frame as a client sends it. The mask is zero, which leaves the payload as it is."""
    length = len(payload)
    size = bytes([0x80 | length]) if length < 126 else b"\xfe" + length.to_bytes(2, "big")
    return b"\x81" + size + bytes(4) + payload
