"""A Socket.IO client by hand, which may stop reading or send what no library would."""

import json
import socket
from typing import Any

from websocket import ABNF, WebSocket, WebSocketException, create_connection


class RawClient:
    """A WebSocket to the engine, in no namespace yet; if `is_narrow`, with a tiny receive buffer."""

    def __init__(self, url: str, is_narrow: bool = False) -> None:
        self.ws: WebSocket = create_connection(
            f"{url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket",
            sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)] if is_narrow else [],
            timeout=20,
        )
        assert self.ws.recv().startswith("0{")

    def enter(self, namespace: str, token: str) -> None:
        """Connect to a namespace, and read its answer."""
        self.ws.send(f"40{namespace}," + json.dumps({"token": token}))
        assert self.read(f"40{namespace},")

    def read(self, start: str) -> str:
        """The next packet that starts so; others are skipped, pings answered. Empty when the end came."""
        try:
            while True:
                packet = self.ws.recv()
                if packet == "2":
                    self.ws.send("3")
                if not packet or str(packet).startswith(start):
                    return str(packet)
        except (OSError, WebSocketException):
            return ""

    def event(self, namespace: str) -> Any:
        """The next event as `[name, data]`; None when the end came."""
        packet = self.read(f"42{namespace},")
        return json.loads(packet.partition(",")[2]) if packet else None

    def send_fragments(self, size: int, count: int) -> None:
        """Begin a message and never end it."""
        for number in range(count):
            opcode = ABNF.OPCODE_TEXT if number == 0 else ABNF.OPCODE_CONT
            self.ws.send_frame(ABNF.create_frame("x" * size, opcode, fin=0))

    def send_in_pieces(self, text: str, count: int) -> None:
        """Send a message as `count` frames, pings in between."""
        size = len(text) // count + 1
        for number in range(count):
            opcode = ABNF.OPCODE_TEXT if number == 0 else ABNF.OPCODE_CONT
            part = text[number * size : (number + 1) * size]
            self.ws.send_frame(ABNF.create_frame(part, opcode, fin=int(number == count - 1)))
            self.ws.ping()

    def close_code(self) -> int:
        """Read up to the end; the code with which the server closed, or 0."""
        while True:
            try:
                opcode, data = self.ws.recv_data(control_frame=True)
            except (OSError, WebSocketException):
                return 0
            if opcode == ABNF.OPCODE_CLOSE:
                return int.from_bytes(data[:2], "big")

    def close(self) -> None:
        self.ws.shutdown()
