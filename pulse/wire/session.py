"""One engine.io session on a link, from handshake to end; over long polling it is the stock one, bounded."""

import base64
import hashlib
import socket
import time
from typing import TYPE_CHECKING, Any

import structlog
from engineio import exceptions, packet
from engineio.payload import Payload
from engineio.socket import Socket
from eventlet import patcher, wsgi
from eventlet.greenio import GreenSocket

from pulse.wire.frames import BINARY, TEXT, frame
from pulse.wire.limits import CONNECT_SECONDS, PAYLOAD_PACKETS, note
from pulse.wire.link import Link

if TYPE_CHECKING:
    from pulse.wire.engine import Engine

log = structlog.get_logger(__name__)

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # of RFC 6455


def framed(content: str | bytes) -> bytes:
    """An encoded engine.io packet as a WebSocket frame."""
    return frame(TEXT if isinstance(content, str) else BINARY, content)


class Session(Socket):
    """One engine.io session: over long polling as the stock one, over a WebSocket with a link."""

    server: "Engine"

    def __init__(self, server: "Engine", sid: str, address: str, agent: str) -> None:
        super().__init__(server, sid)
        self.connected: bool  # these are the stock session's
        self.upgrading: bool
        self.last_ping: float | None
        self.link: Link | None = None
        self.address = address  # only from here it may be used,
        self.agent = agent  # and only by this program for long polling
        self.made_at = time.time()
        self.is_welcome = False  # has been in a namespace
        self.ping_at = 0.0
        self._probe: Link | None = None  # of an upgrade that is not complete
        self._probed_at = 0.0

    def send(self, pkt: packet.Packet) -> None:
        if self.link is None:
            super().send(pkt)
        elif not self.closed:
            self.link.push(framed(pkt.encode()))

    def schedule_ping(self) -> None:
        self.last_ping = None
        self.ping_at = time.time() + self.server.ping_interval

    def tick(self, now: float) -> None:
        """Ping, or find out that the client is gone."""
        if now - self._probed_at > CONNECT_SECONDS:
            self._give_up()
        if not self.is_welcome and now - self.made_at > CONNECT_SECONDS:
            self.is_welcome = self.server.is_in_a_namespace(self.sid)
            if not self.is_welcome:
                note("silent")
                self.let_go()
                return
        if self.last_ping is not None:
            if now - self.last_ping > self.server.ping_timeout and not self.closing:
                reason = self.server.reason.PING_TIMEOUT  # what is then to be done may take its time
                self.server.start_background_task(self.close, wait=False, reason=reason)
        elif now >= self.ping_at:
            self.last_ping = now
            self.send(packet.Packet(packet.PING))

    def let_go(self) -> None:
        """End it without a goodbye."""
        if self.link is not None:
            self.link.reset()
        self.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_ERROR)

    def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        if self.closed or self.closing:
            return
        self.server.count_out(self)
        super().close(wait=wait and self.link is None, abort=abort, reason=reason)
        for link in (self.link, self._probe):
            if link is not None:
                link.close()

    def handle_post_request(self, environ: dict[str, Any]) -> None:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        try:
            for pkt in _Payload(encoded_payload=environ["wsgi.input"].read(length).decode()).packets:
                self.receive(pkt)
        except (ValueError, exceptions.EngineIOError):
            self.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_ERROR)
            raise exceptions.EngineIOError("not a payload") from None

    # -- what the link tells

    def glance(self, content: str | bytes) -> bool:
        if content != "3" or self.link is None:
            return False
        self.schedule_ping()
        return True

    def hear(self, content: str | bytes) -> None:
        if self.closed:
            return
        if self.link is None:
            self._upgrade(content)
            return
        try:
            self.receive(packet.Packet(encoded_packet=content))
        except (ValueError, exceptions.EngineIOError) as error:
            log.info("packet not understood", error=str(error))
            self.link.close()

    def lost(self, link: Link) -> None:
        if link is not self.link:  # an upgrade that did not come to be: long polling goes on
            if link is self._probe:
                self._give_up()
            return
        self.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_CLOSE)
        self.server.sockets.pop(self.sid, None)

    # -- the handshake and the upgrade

    def _upgrade_websocket(self, environ: dict[str, Any], start_response: Any) -> Any:
        if self.upgraded or self._probe is not None:
            return self.server._bad_request("The session has its WebSocket already")
        accept = _accept(environ)
        green = environ["eventlet.input"].get_socket()
        if accept is None or type(green) is not GreenSocket:
            return self.server._bad_request("Not a WebSocket request")
        link = Link(_take(green), self.server.round, self, self.server.max_http_buffer_size)
        link.push(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        if self.connected:
            self._probe, self._probed_at = link, time.time()
        else:
            self.connected = True
            self._attach(link)
        wsgi.WSGI_LOCAL.already_handled = True  # eventlet's server has nothing more to do with it
        return []

    def _upgrade(self, content: str | bytes) -> None:
        """The two steps by which a session moves from long polling to its WebSocket."""
        if self._probe is None:
            return
        if content == "2probe" and not self.upgrading:
            self.upgrading = True  # a poll is answered at once from now on
            self._probe.push(framed("3probe"))
            self.queue.put(packet.Packet(packet.NOOP))
        elif content == "5" and self.upgrading:
            self.upgrading = False
            self._attach(self._probe)
            self._probe = None
        else:
            self._give_up()

    def _give_up(self) -> None:
        """Stay with long polling."""
        if self._probe is not None:
            self._probe.close()
            self._probe, self.upgrading = None, False

    def _attach(self, link: Link) -> None:
        self.upgraded = True
        self.link = link
        while not self.queue.empty():
            if (pkt := self.queue.get()) is not None:
                link.push(framed(pkt.encode()))
            self.queue.task_done()


class _Payload(Payload):
    max_decode_packets = PAYLOAD_PACKETS


def _accept(environ: dict[str, Any]) -> bytes | None:
    """The answer to a client's key; None if that is no WebSocket request of version 13."""
    key = environ.get("HTTP_SEC_WEBSOCKET_KEY", "").strip().encode("latin-1")
    try:
        is_key = len(base64.b64decode(key, validate=True)) == 16
    except ValueError:
        is_key = False
    if not is_key or environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
        return None
    return base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())


def _take(green: GreenSocket) -> socket.socket:
    """The descriptor of a request's connection, which eventlet's server then neither reads nor closes."""
    tcp: socket.socket = patcher.original("socket").socket(fileno=green.fd.detach())
    tcp.setblocking(False)
    tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return tcp
