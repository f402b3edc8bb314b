"""A Socket.IO client that keeps what it hears, in order; of /chat, unless it is told another namespace."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import socketio

from tests.support.processes import Web
from tests.support.servers import wait_until

NAMESPACE = "/chat"


class Client:
    def __init__(self, web: Web, token: str, namespace: str = NAMESPACE) -> None:
        self.namespace = namespace
        self.heard: list[tuple[str, Any]] = []
        self.disconnected = threading.Event()
        self.io = socketio.Client(reconnection=False)
        self.io.on("*", self._hear, namespace=namespace)
        self.io.on("disconnect", lambda *args: self.disconnected.set(), namespace=namespace)
        self.io.connect(
            web.url, namespaces=[namespace], transports=["websocket"], auth={"token": token}, wait_timeout=10
        )

    def _hear(self, event: str, data: Any = None) -> None:
        self.heard.append((event, data))

    def call(self, event: str, **data: Any) -> dict[str, Any]:
        """Send an event; returns its ack, which must be good."""
        ack = self.io.call(event, data, namespace=self.namespace, timeout=10)
        assert ack["ok"], ack
        return dict(ack)

    def refused(self, event: str, **data: Any) -> tuple[int, str]:
        """Send an event that must be refused; returns status and code."""
        ack = self.io.call(event, data, namespace=self.namespace, timeout=10)
        assert not ack["ok"], ack
        return ack["error"]["status"], ack["error"]["code"]

    def all(self, event: str) -> list[Any]:
        return [data for name, data in self.heard if name == event]

    def bodies(self, conversation_id: int) -> list[str]:
        """The texts of the new messages heard of a conversation."""
        told = self.all("new_message")
        return [one["message"]["body"] for one in told if one["conversation_id"] == conversation_id]

    def wait(self, event: str, count: int = 1, seconds: float = 10) -> Any:
        """Wait until an event was heard so many times; returns the last one's data."""
        wait_until(lambda: len(self.all(event)) >= count, seconds)
        return self.all(event)[-1]


@contextmanager
def connected(web: Web, token: str, namespace: str = NAMESPACE) -> Iterator[Client]:
    client = Client(web, token, namespace)
    try:
        yield client
    finally:
        client.io.disconnect()
