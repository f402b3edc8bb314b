"""eventlet's HTTP with a deadline for whoever sends the head of a request slowly, or never."""

import time
from typing import Any

import eventlet
from eventlet.wsgi import HttpProtocol

from pulse.wire.limits import HEADER_SECONDS, IDLE_SECONDS


class Protocol(HttpProtocol):
    """One connection: its first head is due from connecting on, each other one from its first line on."""

    def setup(self) -> None:
        super().setup()
        self._due = time.monotonic() + HEADER_SECONDS  # 0 while no head is under way

    def _read_request_line(self) -> Any:
        with eventlet.Timeout(self._left() if self._due else IDLE_SECONDS, False):
            return super()._read_request_line()
        return b""

    def parse_request(self) -> bool:
        self._due = self._due or time.monotonic() + HEADER_SECONDS
        with eventlet.Timeout(self._left(), False):
            is_complete: bool = super().parse_request()
            self._due = 0.0
            return is_complete
        self.close_connection = True
        return False

    def _left(self) -> float:
        return max(self._due - time.monotonic(), 0.001)
