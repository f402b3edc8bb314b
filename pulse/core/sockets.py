"""The socket door: one base namespace that signs in, checks, validates and acks for all of them.

Every client event is acked with `{"ok": true, ...}` or `{"ok": false, "error": problem details}`, the same
problem as over HTTP. Each event checks again that the session lives and the role suffices.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeVar

import structlog
from flask import current_app
from flask_socketio import Namespace
from pydantic import BaseModel, ValidationError
from socketio.exceptions import ConnectionRefusedError

from pulse.core import clock, http, metrics, ports, realtime
from pulse.core.context import settings
from pulse.core.errors import (
    REDIS_IS_AWAY,
    Forbidden,
    InvalidInput,
    NotSignedIn,
    PulseError,
    TooMany,
    problem_of,
    redis_unavailable,
)
from pulse.core.identity import Identity
from pulse.core.permissions import Permission
from pulse.core.schemas import Input

log = structlog.get_logger(__name__)
Handler = TypeVar("Handler", bound=Callable[..., Any])

EVENTS_PER_SECOND = 50
EVENTS_AT_ONCE = 200


class Hello(Input):
    """What a client may say in `auth` when it connects."""

    token: str | None = None
    device_id: str | None = None
    device_type: str | None = None


@dataclass(slots=True)
class Connection:
    """One connected socket of a namespace, and its budget of events."""

    sid: str
    identity: Identity
    hello: Hello
    address: str = ""
    budget: float = EVENTS_AT_ONCE
    counted_at: float = 0.0

    def spend(self, now: float) -> None:
        """Take one event from the budget (token bucket). Raises TooMany when it is empty."""
        self.budget = min(EVENTS_AT_ONCE, self.budget + (now - self.counted_at) * EVENTS_PER_SECOND)
        self.counted_at = now
        if self.budget < 1:
            raise TooMany("Too many events; slow down.", retry_after=1)
        self.budget -= 1


@dataclass(frozen=True)
class EventSpec:
    """What a client event takes and needs; also the source of the AsyncAPI page."""

    schema: type[BaseModel]
    permission: Permission
    check_session: bool
    answer: type[BaseModel] | None


def client_event(
    schema: type[BaseModel],
    needs: Permission,
    *,
    check_session: bool = True,
    answer: type[BaseModel] | None = None,
) -> Callable[[Handler], Handler]:
    """Mark a namespace method `on_<event>(connection, data)` as a client event.

    With `check_session=False` the handler itself finds out whether the session still lives. `answer`
    describes the fields of the ack beside `ok`.
    """

    def mark(handler: Handler) -> Handler:
        handler.spec = EventSpec(schema, needs, check_session, answer)  # type: ignore[attr-defined]
        return handler

    return mark


class BaseNamespace(Namespace):
    """Signs sockets in and dispatches their events. Subclasses add events, `joined` and `left`."""

    server_events: dict[str, type[BaseModel]] = {}
    needs = Permission.ACCOUNT_SELF

    def __init__(self, namespace: str) -> None:
        super().__init__(namespace)
        self.connections: dict[str, Connection] = {}
        realtime.NAMESPACES.add(namespace)
        realtime.handler(f"{namespace}.check_sockets")(self._check_sockets)

    def joined(self, connection: Connection) -> None:
        """A socket has connected and is signed in."""

    def left(self, connection: Connection, said_goodbye: bool) -> None:
        """A socket is gone; `said_goodbye` if its client closed it on purpose."""

    def missed(self, connection: Connection) -> None:
        """A socket lives, but this process may not have heard what concerns it: look again at its rooms."""

    def role_changed(self, connection: Connection) -> None:
        """A socket's user has another role than before, which still suffices here."""

    def recheck(self, connection: Connection) -> None:
        """Look who a socket's user is by now. Raises NotSignedIn, Forbidden."""
        before = connection.identity.role
        connection.identity = ports.recheck(connection.identity)
        if connection.identity.role is not before and connection.identity.may(self.needs):
            self.role_changed(connection)

    def trigger_event(self, event: str, *args: Any) -> Any:
        sid = args[0]
        if event == "connect":
            environ = args[1]
            with environ["flask.app"].app_context():
                return self._connect(sid, environ, args[2] if len(args) > 2 else None)
        environ = self.server.get_environ(sid, namespace=self.namespace)
        if not environ:
            return None
        with environ["flask.app"].app_context():
            if event == "disconnect":
                return self._disconnect(sid, args[1] if len(args) > 1 else "")
            started = time.perf_counter()
            ack = self._event(event, sid, args[1] if len(args) > 1 else {})
            known = event if hasattr(getattr(self, f"on_{event}", None), "spec") else "unknown"
            metrics.count_event(self.namespace, known, ack["ok"], time.perf_counter() - started)
            return ack

    def _connect(self, sid: str, environ: dict[str, Any], auth: Any) -> None:
        try:
            hello = _parse(Hello, auth if auth is not None else {})
            token = hello.token or _cookie(environ, "access_token")
            if not token:
                raise NotSignedIn("Sign in first.")
            orders = realtime.orders()
            identity = self._entitled(ports.authenticate_token(token))
            address = http.address_of(environ, settings().trusted_proxies)
            connection = Connection(sid, identity, hello, address, counted_at=clock.timestamp())
            self.connections[sid] = connection
            self.enter_room(sid, f"user:{identity.user_id}")
            self.enter_room(sid, f"session:{identity.session_id}")
            if realtime.orders() != orders:  # perhaps to cut this one off, before it was in its rooms
                connection.identity = self._entitled(ports.recheck(identity))
            self.joined(connection)
        except PulseError as error:
            self._disconnect(sid, "")
            raise ConnectionRefusedError(error.detail, problem_of(error)) from None
        except REDIS_IS_AWAY as error:
            self._disconnect(sid, "")
            log.warning("redis is down", error=str(error))
            refusal = redis_unavailable()
            raise ConnectionRefusedError(refusal.detail, problem_of(refusal)) from None
        except Exception:
            self._disconnect(sid, "")
            log.exception("socket connect failed", namespace=self.namespace)
            raise ConnectionRefusedError(_FAULT.detail, problem_of(_FAULT)) from None

    def _entitled(self, identity: Identity) -> Identity:
        if not identity.may(self.needs):
            raise Forbidden("Your role may not do this.")
        return identity

    def _disconnect(self, sid: str, reason: str) -> None:
        connection = self.connections.pop(sid, None)
        if connection is None:
            return
        try:
            self.left(connection, said_goodbye=reason == self.server.reason.CLIENT_DISCONNECT)
        except REDIS_IS_AWAY as error:
            log.warning("goodbye not told, the lease will", error=str(error))
        except Exception:
            log.exception("goodbye not told, the lease will", namespace=self.namespace)

    def _check_sockets(self, data: dict[str, Any]) -> None:
        """Ask what the sockets, or those of `user_id`, may do now: the role may be another one, and what the
        bus did not bring may have been the end of a session."""
        whose = data.get("user_id")
        for connection in list(self.connections.values()):
            if whose not in (None, connection.identity.user_id):
                continue
            with current_app.app_context():
                while not self._check(connection):
                    self.server.sleep(0.5)  # Redis is away again

    def _check(self, connection: Connection) -> bool:
        try:
            self.recheck(connection)
            self._entitled(connection.identity)
            self.missed(connection)
        except PulseError:
            self.server.disconnect(connection.sid, namespace=self.namespace)
        except REDIS_IS_AWAY as error:
            log.warning("redis is down", error=str(error))
            return False
        except Exception:
            log.exception("socket not checked", namespace=self.namespace)
        return True

    def _event(self, event: str, sid: str, data: Any) -> dict[str, Any]:
        try:
            connection = self.connections.get(sid)
            if connection is None:
                raise NotSignedIn("Sign in first.")
            connection.spend(clock.timestamp())
            handler = getattr(self, f"on_{event}", None) if isinstance(event, str) else None
            spec: EventSpec | None = getattr(handler, "spec", None)
            if handler is None or spec is None:
                raise InvalidInput(f"There is no event {str(event)[:50]!r}.", code="unknown_event")
            if spec.check_session:
                self.recheck(connection)
            if not connection.identity.may(spec.permission):
                raise Forbidden("Your role may not do this.")
            answer = handler(connection, _parse(spec.schema, {} if data is None else data))
            body = answer.model_dump(mode="json") if isinstance(answer, BaseModel) else answer or {}
            return {"ok": True, **body}
        except PulseError as error:
            return {"ok": False, "error": problem_of(error)}
        except REDIS_IS_AWAY as error:
            log.warning("redis is down", error=str(error))
            return {"ok": False, "error": problem_of(redis_unavailable())}
        except Exception:
            log.exception("socket event failed", namespace=self.namespace, socket_event=event)
            return {"ok": False, "error": problem_of(_FAULT)}


class _Unexpected(PulseError):
    status, code = 500, "internal_error"


_FAULT = _Unexpected("Something went wrong here. It has been logged.")


def _parse(schema: type[BaseModel], data: Any) -> Any:
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        fields: dict[str, list[str]] = {}
        for problem in error.errors():
            place = ".".join(str(part) for part in problem["loc"]) or "data"
            fields.setdefault(place, []).append(problem["msg"])
        raise InvalidInput("Some fields are not right.", errors=fields) from None


def _cookie(environ: dict[str, Any], name: str) -> str | None:
    try:
        morsel = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(name)
    except CookieError:
        return None
    return morsel.value if morsel else None
