"""Receivers of webhooks on 127.0.0.1: well-behaved, slow, lying."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson


@dataclass
class Got:
    """One request that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> dict[str, Any]:
        return dict(orjson.loads(self.body))


@dataclass
class Receiver:
    """A server that notes what it gets. `answer` decides: a status, or (status, headers, body)."""

    answer: Callable[[Got], Any] = lambda got: 204
    got: list[Got] = field(default_factory=list)
    port: int = 0
    server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def types(self) -> list[str]:
        return [one.json["type"] for one in self.got]

    def start(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                got = Got(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                receiver.got.append(got)
                status, headers, text = _whole(receiver.answer(got))
                with suppress(OSError):  # whoever asked is gone
                    self.send_response(status)
                    for name, value in {"Content-Length": str(len(text)), **headers}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(text)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


def _whole(answer: Any) -> tuple[int, dict[str, str], bytes]:
    return (answer, {}, b"") if isinstance(answer, int) else answer


@contextmanager
def raw(speak: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that says to whoever connects whatever `speak` says; its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()

    def serve(peer: socket.socket) -> None:
        with suppress(OSError), peer:
            peer.recv(65536)
            speak(peer)
            peer.shutdown(socket.SHUT_WR)
            while peer.recv(65536):  # a close with bytes unread would reset, and take back what was said
                pass

    def accept() -> None:
        with suppress(OSError):
            while True:
                peer, _ = listener.accept()
                threading.Thread(target=serve, args=(peer,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    listener.close()


def drip(first: bytes, drop: bytes) -> Callable[[socket.socket], None]:
    """Say something, then a little again and again, each time before anybody loses patience."""

    def speak(peer: socket.socket) -> None:
        peer.sendall(first)
        while True:
            peer.sendall(drop)
            time.sleep(0.05)

    return speak
