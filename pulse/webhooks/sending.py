"""One HTTP request to somebody else's server, that may be slow, lie, or want us to talk to our own network.

The name is looked up once, every address that it has is checked, and what was checked is connected to: a name
that means something else a moment later gains nothing. No proxy, no redirect, no cookie.
"""

import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, Retry, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from pulse.webhooks.addresses import Networks, is_allowed
from pulse.webhooks.rules import ANSWER_KEPT, ANSWER_READ, ANSWER_WITHIN, CONNECT_WITHIN

ERROR_KEPT = 300  # characters
Resolver = Callable[[str, int], Sequence[str]]


class Refused(OSError):
    """The host has an address that webhooks do not go to, or none at all."""


@dataclass(frozen=True)
class Outcome:
    """How it went: a status code with the beginning of the answer, or an error."""

    milliseconds: int
    status_code: int | None = None
    answer: str = ""
    error: str = ""

    @property
    def is_success(self) -> bool:
        return not self.error and self.status_code is not None and 200 <= self.status_code < 300

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants no more, ever."""
        return self.status_code == 410


@dataclass(frozen=True)
class Way:
    """How far we go: opened networks, whether plain HTTP leads there only, who looks names up, seconds."""

    opened: Networks = ()
    needs_tls: bool = False
    resolve: Resolver | None = None
    connect_within: float = CONNECT_WITHIN
    answer_within: float = ANSWER_WITHIN


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system knows them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def post(url: str, headers: Mapping[str, str], body: bytes, way: Way) -> Outcome:
    """Send one request. What goes wrong is in the outcome, which is there in time whoever receives."""
    began = time.monotonic()
    pool = _pool(url, way)
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    guard = threading.Timer(way.answer_within, pool.cut)
    guard.daemon = True
    guard.start()
    code, answer, error = None, "", ""
    try:
        response = _ask(pool, target, headers, body)
        code = response.status
        answer = response.read(ANSWER_READ)[:ANSWER_KEPT].decode("utf-8", "replace").replace("\0", "")
        error = "redirects are not followed" if 300 <= code < 400 else ""
    except (HTTPError, OSError, ValueError) as problem:
        error = _reason(problem)
    finally:
        guard.cancel()
        pool.end()
    if pool.is_cut:
        error = f"no whole answer within {way.answer_within:g} s"
    return Outcome(int((time.monotonic() - began) * 1000), code, answer, error)


def _ask(pool: "_Pool", target: str, headers: Mapping[str, str], body: bytes) -> BaseHTTPResponse:
    return pool.urlopen(
        "POST",
        target,
        body=body,
        headers=dict(headers),
        redirect=False,
        retries=Retry(False),
        preload_content=False,
        decode_content=False,  # a small answer may be huge once it is unpacked
    )


def _reason(problem: BaseException) -> str:
    """What went wrong in words; urllib3 wraps it in errors of its own."""
    while problem.args and isinstance(problem.args[-1], BaseException):
        problem = problem.args[-1]
    return str(problem)[:ERROR_KEPT] or type(problem).__name__


class _Pool(HTTPConnectionPool):
    """One connection, that can be cut at any moment from another thread."""

    is_cut = False
    _hand: socket.socket | None = None

    def hold(self, sock: socket.socket) -> None:
        """Note what is connected. The duplicate lives on while TLS replaces the object around the socket."""
        self._hand = sock.dup()

    def cut(self) -> None:
        """End whatever waits for the receiver."""
        self.is_cut = True
        if self._hand is not None:
            with suppress(OSError):  # it has ended by itself
                self._hand.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """Close everything."""
        self.close()
        if self._hand is not None:
            self._hand.close()


class _TlsPool(_Pool, HTTPSConnectionPool):
    """The same with TLS, verified against the host's name."""


def _pool(url: str, way: Way) -> _Pool:
    """A pool whose connections go to checked addresses only."""
    parts = urlsplit(url)
    is_tls = parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    made = (_TlsPool if is_tls else _Pool)(
        parts.hostname or "",
        port,
        maxsize=1,
        timeout=Timeout(connect=way.connect_within, read=way.answer_within),
    )

    class Checked(HTTPSConnection if is_tls else HTTPConnection):  # type: ignore[misc]
        def _new_conn(self) -> socket.socket:
            sock = _connect(parts.hostname or "", port, way, only_opened=way.needs_tls and not is_tls)
            made.hold(sock)
            sock.settimeout(way.answer_within)
            return sock

    made.ConnectionCls = Checked
    return made


def _connect(host: str, port: int, way: Way, *, only_opened: bool) -> socket.socket:
    """A connection to an address that was checked. Raises Refused, OSError."""
    addresses = _within(way.connect_within, way.resolve or look_up, host, port)
    for text in addresses:
        if not is_allowed(ip_address(text.partition("%")[0]), way.opened, only_opened=only_opened):
            raise Refused("the host has an address that webhooks do not go to")
    deadline = time.monotonic() + way.connect_within
    error: OSError = Refused("the host has no address")
    for text in addresses:
        family = socket.AF_INET6 if ":" in text else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(max(0.01, deadline - time.monotonic()))
            sock.connect((text, port))
            return sock
        except OSError as problem:
            sock.close()
            error = problem
    raise error


def _within(seconds: float, function: Callable[..., Any], *args: Any) -> Any:
    """What a function returns that takes no time limit. Raises what it raises, or TimeoutError."""
    results: list[Any] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            results.append(function(*args))
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError("the name was not resolved in time")
    return results[0]
