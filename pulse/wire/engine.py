"""The engine.io server: who may open a session, how many, and one greenlet that looks after all of them."""

import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import engineio
import structlog
from engineio import packet

from pulse.wire.link import Round
from pulse.wire.session import Session

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0  # how often one greenlet looks who is to be pinged or let go
_OF_THE_REQUEST = (
    *("wsgi.input", "wsgi.errors", "eventlet.input", "eventlet.set_idle", "eventlet.posthooks"),
    "headers_raw",  # the headers once more
)

Answer = dict[str, Any]


class Engine(engineio.Server):
    """The engine.io server whose sessions are ours."""

    round: Round
    address_of: Callable[[dict[str, Any]], str]
    most_per_address: int
    is_in_a_namespace: Callable[[str], bool]

    def adopt(
        self,
        stock: engineio.Server,
        *,
        is_in_a_namespace: Callable[[str], bool],
        address_of: Callable[[dict[str, Any]], str],
        most_per_address: int,
        is_joining: bool,
    ) -> None:
        """Take over the settings and handlers of a stock server that has no client yet."""
        self.__dict__.update(vars(stock))
        self.round = Round(is_joining)
        self.is_in_a_namespace = is_in_a_namespace
        self.address_of = address_of
        self.most_per_address = most_per_address
        self._addresses: Counter[str] = Counter()
        self._is_ticking = False

    def handle_request(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        refusal = self._refusal(environ)
        if refusal is None:
            return super().handle_request(environ, start_response)
        status, text = refusal
        start_response(status, [("Content-Type", "text/plain"), *self._cors_headers(environ)])
        return [text.encode()]

    def count_out(self, session: Session) -> None:
        """One session less from its address."""
        self._addresses[session.address] -= 1
        if not self._addresses[session.address]:
            del self._addresses[session.address]

    def _refusal(self, environ: dict[str, Any]) -> tuple[str, str] | None:
        query = urllib.parse.parse_qs(environ.get("QUERY_STRING", ""))
        if "sid" not in query:
            if self._addresses[self.address_of(environ)] >= self.most_per_address:
                return "429 TOO MANY REQUESTS", "Too many connections from your address"
            return None
        session = self.sockets.get(query["sid"][0])
        if session is None:
            return None
        is_polling = query.get("transport") != ["websocket"]
        if session.address != self.address_of(environ) or (is_polling and session.agent != _agent(environ)):
            return "400 BAD REQUEST", "Invalid session"
        if int(environ.get("CONTENT_LENGTH") or 0) > self.max_http_buffer_size:
            session.close(wait=False, abort=True, reason=self.reason.TRANSPORT_ERROR)
            return "413 CONTENT TOO LARGE", "Too large"
        return None

    def _handle_connect(
        self, environ: dict[str, Any], start_response: Any, transport: str, jsonp_index: int | None = None
    ) -> Any:
        if not self._is_ticking:
            self._is_ticking = True
            self.start_background_task(self._tick)
        session = Session(self, self.generate_id(), self.address_of(environ), _agent(environ))
        sid = session.sid
        self.sockets[sid] = session
        self._addresses[session.address] += 1
        hello = {
            "sid": sid,
            "upgrades": self._upgrades(sid, transport),
            "pingTimeout": int(self.ping_timeout * 1000),
            "pingInterval": int((self.ping_interval + self.ping_interval_grace_period) * 1000),
            "maxPayload": self.max_http_buffer_size,
        }
        session.send(packet.Packet(packet.OPEN, hello))
        kept = {name: value for name, value in environ.items() if name not in _OF_THE_REQUEST}
        self._trigger_event("connect", sid, kept, run_async=False)
        session.schedule_ping()
        if transport == "websocket":
            answer = session.handle_get_request(environ, start_response)
            if not session.connected:
                self._forget(session)
            return answer
        session.connected = True
        return self._ok(session.poll(), jsonp_index=jsonp_index)

    def _forget(self, session: Session) -> None:
        session.close(wait=False, abort=True)
        self.sockets.pop(session.sid, None)

    def _tick(self) -> None:
        """The one greenlet for all pings and deadlines."""
        while True:
            self.sleep(TICK_SECONDS)
            now = time.time()
            for sid, session in list(self.sockets.items()):
                if session.closed:
                    self.sockets.pop(sid, None)
                    continue
                try:
                    session.tick(now)
                except Exception:
                    log.exception("session not looked after")


def _agent(environ: dict[str, Any]) -> str:
    return str(environ.get("HTTP_USER_AGENT", ""))
