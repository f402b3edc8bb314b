"""What is said over a WebSocket to sign in, to ask for something and to be told: Socket.IO, or plain JSON."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

NEWS = b'"new_message"'  # in each delivery once, and in nothing else
Step = tuple[bytes, bytes]  # what is sent, and how the answer begins


class Dialect(Protocol):
    """One way to say it. The first message that answers a step begins as the step says."""

    @property
    def path(self) -> str: ...

    @property
    def ping(self) -> bytes: ...

    @property
    def pong(self) -> bytes:
        """Also unasked for, to say that one lives."""

    @property
    def acked(self) -> bytes:
        """What is in each ack of /chat once, and in nothing else."""

    def sign_in(self, namespace: str, token: str) -> Sequence[Step]: ...

    def call(self, namespace: str, number: int, event: str, body: object) -> Step: ...

    def heard(self, packet: bytes) -> tuple[str, Any]:
        """What a message of /chat is ("new_message", "ack" or another) and its content."""


@dataclass(frozen=True)
class SocketIo:
    """Socket.IO 5 over Engine.IO 4, on the WebSocket at once."""

    path: str = "/socket.io/?EIO=4&transport=websocket"
    ping: bytes = b"2"
    pong: bytes = b"3"
    acked: bytes = b"43/chat,"

    def sign_in(self, namespace: str, token: str) -> Sequence[Step]:
        hello = f"40{namespace},{json.dumps({'token': token})}"
        return [(b"", b"0{"), (hello.encode(), f"40{namespace},".encode())]

    def call(self, namespace: str, number: int, event: str, body: object) -> Step:
        asked = f"42{namespace},{number}{json.dumps([event, body], separators=(',', ':'))}"
        return asked.encode(), f"43{namespace},{number}[".encode()

    def heard(self, packet: bytes) -> tuple[str, Any]:
        if packet.startswith(self.acked):
            return "ack", json.loads(packet[packet.index(b"[") :])[0]
        if packet.startswith(b"42/chat,"):
            event, body = json.loads(packet[len(b"42/chat,") :])
            return str(event), body
        return "", None


@dataclass(frozen=True)
class PlainJson:
    """Objects with `event`, `data` and, where an ack is asked for, a `number`; the token comes first."""

    path: str = "/ws/"
    ping: bytes = b"ping"
    pong: bytes = b""
    acked: bytes = b'{"ack":'

    def sign_in(self, namespace: str, token: str) -> Sequence[Step]:
        return [(json.dumps({"token": token}).encode(), b'{"signed_in":')]

    def call(self, namespace: str, number: int, event: str, body: object) -> Step:
        asked = {"number": number, "event": event, "data": body}
        return json.dumps(asked, separators=(",", ":")).encode(), b'{"ack":%d,' % number

    def heard(self, packet: bytes) -> tuple[str, Any]:
        content = json.loads(packet)
        return content.get("event", "ack" if "ack" in content else ""), content.get("data")
