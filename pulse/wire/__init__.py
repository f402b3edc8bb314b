"""The transport under Socket.IO: what many are told is framed once and handed to the kernel at once.

Knows nothing of Pulse. See docs/wire.md.
"""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import structlog

log = structlog.get_logger(__name__)

MADE_FOR = {"eventlet": "0.41.3", "python-engineio": "4.15.1", "python-socketio": "5.18.1"}


def fits(async_mode: str) -> bool:
    """Whether it can run here; says why if the installed packages are not those that it was made for."""
    if async_mode != "eventlet":
        return False
    others = {name: version(name) for name in MADE_FOR if version(name) != MADE_FOR[name]}
    if others:
        log.warning("the wire is off: it was made for other versions", installed=others, made_for=MADE_FOR)
    return not others


def install(
    server: Any,
    *,
    address_of: Callable[[dict[str, Any]], str],
    most_per_address: int,
    is_joining: bool = True,
) -> None:
    """Put the wire under a `socketio.Server` that has no client yet, and whose async mode it `fits`."""
    from pulse.wire.engine import Engine  # noqa: PLC0415  # imports eventlet
    from pulse.wire.rooms import Rooms  # noqa: PLC0415

    def is_in_a_namespace(eio_sid: str) -> bool:
        return any(server.manager.sid_from_eio_sid(eio_sid, name) for name in server.manager.get_namespaces())

    engine = Engine.__new__(Engine)
    engine.adopt(
        server.eio,
        is_in_a_namespace=is_in_a_namespace,
        address_of=address_of,
        most_per_address=most_per_address,
        is_joining=is_joining,
    )
    server.eio = engine
    server.manager = Rooms()
    server.manager.set_server(server)
