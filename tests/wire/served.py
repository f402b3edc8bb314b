"""A small Socket.IO server, run as a process of its own: PORT, `--stock` without the wire, `--unjoined`."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import eventlet

eventlet.monkey_patch()

import os
import sys
from typing import Any

import eventlet.wsgi
import socketio
from eventlet.wsgi import HttpProtocol

from pulse import wire
from pulse.wire import limits
from pulse.wire.http import Protocol

server = socketio.Server(
    async_mode="eventlet",
    async_handlers=False,
    namespaces=["/", "/x"],
    ping_interval=float(os.environ.get("PING_SECONDS", 2)),
    ping_timeout=2,
    cors_allowed_origins="*",
    max_http_buffer_size=1_000_000,
)
is_stock = "--stock" in sys.argv
if not is_stock:
    limits.let_go.clear()
    wire.install(
        server,
        address_of=lambda environ: environ.get("HTTP_X_ADDRESS", environ["REMOTE_ADDR"]),
        most_per_address=int(os.environ.get("MOST_PER_ADDRESS", 50)),
        is_joining="--unjoined" not in sys.argv,
    )
seen: list[Any] = []


@server.event
def disconnect(sid: str, reason: str) -> None:
    seen.append(["disconnect", sid, reason])


@server.event
def echo(sid: str, *data: Any) -> Any:
    return data if len(data) != 1 else data[0]


@server.event
def order(sid: str, number: int) -> None:
    """Takes longer the sooner it comes."""
    eventlet.sleep(0.01 / (number + 1))
    seen.append(number)


@server.event
def join(sid: str, room: str) -> None:
    server.enter_room(sid, room)


@server.event
def leave(sid: str, room: str) -> None:
    server.leave_room(sid, room)


@server.event
def tell(sid: str, room: Any, count: int, data: Any) -> None:
    for number in range(count):
        server.emit("told", [number, data], to=room)


@server.event
def bye(sid: str) -> None:
    server.eio.disconnect(server.manager.eio_sid_from_sid(sid, "/"))


@server.event
def state(sid: str) -> dict[str, Any]:
    """What the process holds."""
    return {
        "seen": seen,
        "let_go": dict(limits.let_go),
        "sessions": len(server.eio.sockets),
        "upgraded": sum(session.upgraded for session in server.eio.sockets.values()),
        "members": len(list(server.manager.get_participants("/", None))),
    }


eventlet.wsgi.server(
    eventlet.listen(("127.0.0.1", int(sys.argv[1])), backlog=1024),
    socketio.WSGIApp(server),
    log_output=False,
    debug=False,
    max_size=100_000,
    protocol=HttpProtocol if is_stock else Protocol,
)
