"""One WebSocket: a non-blocking descriptor with a listener at eventlet's hub, and no greenlet of its own.

What is sent goes to the kernel at once, or once per hub round if rounds are joined. What the kernel does not
take is owed; whoever lets the debt grow past its bound is let go.
"""

import socket
import struct
from collections import deque
from collections.abc import Sequence
from typing import Any, Protocol

import structlog
from eventlet import hubs, spawn_n
from eventlet.hubs import hub

from pulse.wire.frames import NO_CODE, NORMAL, PING, PONG, Parser, closing, frame
from pulse.wire.limits import GOODBYE_SECONDS, OWED_BYTES, OWED_EVENTS, UNHEARD_BYTES, note

log = structlog.get_logger(__name__)

RECEIVED_AT_ONCE = 65_536
JOINED = 64  # frames of one round; more are not kept back
MESSAGE_COST = 4096  # of a small message that waits to be heard, beside its bytes

_FORGET = struct.pack("ii", 1, 0)  # SO_LINGER: drop what is not sent yet


class Listener(Protocol):
    """Whom a link tells what it hears."""

    def glance(self, content: str | bytes) -> bool:
        """Take a message at once, without waiting for anything; False to be given it by `hear`."""

    def hear(self, content: str | bytes) -> None:
        """Take a message, one after the other; may wait."""

    def lost(self, link: "Link") -> None:
        """The last call: the client is gone or was let go."""


class Round:
    """Keeps what is sent until the hub has run all that was ready; then each link sends once."""

    def __init__(self, is_joining: bool) -> None:
        self.is_joining = is_joining
        self._links: list[Link] = []

    def add(self, link: "Link") -> None:
        """Flush `link` at the end of this round."""
        if not self._links:
            hubs.get_hub().schedule_call_global(0, self._flush)
        self._links.append(link)

    def _flush(self) -> None:
        links, self._links = self._links, []
        before: list[bytes] = []
        joined = b""
        for link in links:
            if link.frames != before:  # members of one room were mostly sent the same objects
                before = link.frames
                joined = b"".join(before)
            link.flush(joined)


class Link:
    """An open WebSocket on `tcp`, which it owns from now on."""

    __slots__ = (
        "_cost",
        "_heard",
        "_is_lost",
        "_listener",
        "_owed",
        "_owed_bytes",
        "_parser",
        "_reader",
        "_round",
        "_tcp",
        "_writer",
        "frames",
        "is_closing",
        "is_open",
    )

    def __init__(self, tcp: socket.socket, round_: Round, listener: Listener, most_bytes: int) -> None:
        self.frames: list[bytes] = []  # kept for the end of the round
        self.is_open = True
        self.is_closing = False  # nothing more is sent
        self._tcp = tcp
        self._round = round_
        self._listener = listener
        self._parser = Parser(most_bytes)
        self._owed: deque[bytes] | None = None
        self._owed_bytes = 0  # behind the first, of which the kernel has begun to take
        self._heard: deque[str | bytes | None] | None = None  # while a greenlet handles what was heard
        self._cost = 0  # of what waits there
        self._is_lost = False
        self._writer: Any = None
        self._reader: Any = None
        self._listen()

    def push(self, data: bytes) -> None:
        """Send a frame; never waits."""
        if self.is_closing:
            return
        if not self._round.is_joining:
            self._send(data, (data,))
            return
        frames = self.frames
        frames.append(data)
        if len(frames) == 1:
            self._round.add(self)
        elif len(frames) >= JOINED:
            self.flush(b"".join(frames))

    def flush(self, joined: bytes) -> None:
        """Send `frames`, which are `joined`."""
        frames, self.frames = self.frames, []
        if frames and self.is_open:
            self._send(joined, frames)

    def _send(self, joined: bytes, frames: Sequence[bytes]) -> None:
        if self._owed is not None:
            self._owe(self._owed, frames)
            return
        try:
            sent = self._tcp.send(joined)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._mute()
            return
        if sent < len(joined):
            self._owed = deque((joined[sent:],))
            self._writer = hubs.get_hub().add(hub.WRITE, self._tcp.fileno(), self._pay, _ignore, None)

    def close(self, code: int = NORMAL) -> None:
        """Say goodbye behind all that was sent; the client has some seconds to read it."""
        if self.is_closing:
            return
        self.push(closing(code))
        self.is_closing = self._parser.is_over = True
        self.flush(b"".join(self.frames))
        if self._owed is None:
            self._shut()
        hubs.get_hub().schedule_call_global(GOODBYE_SECONDS, self.reset)

    def reset(self) -> None:
        """End the connection at once, whatever its client does."""
        if self.is_open:
            self._tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _FORGET)
            self._end()

    def _owe(self, owed: deque[bytes], frames: Sequence[bytes]) -> None:
        for data in frames:
            if len(owed) > OWED_EVENTS or self._owed_bytes >= OWED_BYTES:
                note("slow", packets=len(owed), bytes=self._owed_bytes)
                self.reset()
                return
            owed.append(data)
            self._owed_bytes += len(data)

    def _pay(self, _: int) -> None:
        """The kernel takes more."""
        owed = self._owed
        while owed:
            try:
                sent = self._tcp.send(owed[0])
            except BlockingIOError:
                return
            except OSError:
                self._mute()
                return
            if sent < len(owed[0]):
                owed[0] = owed[0][sent:]
                return
            owed.popleft()
            if owed:
                self._owed_bytes -= len(owed[0])
        self._forget_debt()
        if self.is_closing:
            self._shut()

    def _mute(self) -> None:
        """Send no more: nobody reads it. What the client had said before is still heard, up to its end."""
        self.is_closing = True
        self._forget_debt()

    def _forget_debt(self) -> None:
        self._owed = None
        _forget(self._writer)
        self._writer = None

    def _shut(self) -> None:
        try:
            self._tcp.shutdown(socket.SHUT_WR)
        except OSError:  # its client was quicker
            self._end()

    def _listen(self) -> None:
        self._reader = hubs.get_hub().add(hub.READ, self._tcp.fileno(), self._read, _ignore, None)

    def _read(self, _: int) -> None:
        try:
            data = self._tcp.recv(RECEIVED_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._end()
            return
        for opcode, content in self._parser.feed(data):
            if isinstance(content, int):  # CLOSE or FAILED
                self.close(NORMAL if content == NO_CODE else content)
                self._lose()
            elif opcode == PING:
                self.push(frame(PONG, content))
            elif opcode != PONG and not self._listener.glance(content):
                self._cost += MESSAGE_COST + len(content)
                self._put(content)
        if self._cost > UNHEARD_BYTES and self.is_open:  # until those are handled
            _forget(self._reader)
            self._reader = None

    def _put(self, content: str | bytes | None) -> None:
        """Have `content` handled behind what was heard before; None is the end."""
        if self._heard is None:
            self._heard = deque()
            spawn_n(self._hear)
        self._heard.append(content)

    def _hear(self) -> None:
        heard = self._heard
        while heard:
            content = heard.popleft()
            try:
                if content is None:
                    self._listener.lost(self)
                else:
                    self._cost -= MESSAGE_COST + len(content)
                    self._listener.hear(content)
            except Exception:
                log.exception("message of a client failed")
        self._heard = None
        if self._reader is None and self.is_open:
            self._listen()

    def _end(self) -> None:
        """Give the descriptor back."""
        if self.is_open:
            self.is_open, self.is_closing = False, True
            self._forget_debt()
            _forget(self._reader)
            self._reader = None
            self._tcp.close()
            self._lose()

    def _lose(self) -> None:
        if not self._is_lost:
            self._is_lost = True
            self._put(None)


def _forget(listener: Any) -> None:
    if listener is not None:
        hubs.get_hub().remove(listener)


def _ignore(error: object) -> None:
    """What the hub would throw into a waiting greenlet; there is none."""
