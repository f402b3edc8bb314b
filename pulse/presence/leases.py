"""This web process's lease: while it is renewed, its sockets count as open.

A process that dies tells nobody; its lease lapses, and the sweep closes its sockets as of that moment. A
process that lost its lease (Redis was away) takes a new name and registers its sockets again.
"""

import secrets
from dataclasses import dataclass, field

import structlog
from flask import Flask

from pulse.core import clock, realtime
from pulse.core.context import settings
from pulse.core.errors import REDIS_IS_AWAY, PulseError
from pulse.core.identity import Identity
from pulse.extensions import socketio
from pulse.presence import live, service

log = structlog.get_logger(__name__)


@dataclass
class Lease:
    """The name under which this process holds sockets, and which ones."""

    process: str = field(default_factory=lambda: secrets.token_hex(8))
    sockets: dict[str, tuple[Identity, str, str]] = field(
        default_factory=dict
    )  # sid -> who, device id and type

    def opened(self, sid: str, who: Identity, device_id: str, device_type: str) -> None:
        """Note a socket of a device."""
        self.sockets[sid] = (who, device_id, device_type)
        service.socket_opened(who, device_id, device_type, self.process)

    def closed(self, sid: str, *, said_goodbye: bool) -> None:
        """Note that a socket is gone."""
        known = self.sockets.pop(sid, None)
        if known:
            who, device_id, _ = known
            service.socket_closed(who.user_id, device_id, self.process, said_goodbye=said_goodbye)

    def renew(self) -> None:
        """Prolong the lease; if it had lapsed, begin anew and ask the clients to beat."""
        if live.renew_lease(self.process, self._until()):
            return
        self.process = secrets.token_hex(8)
        live.take_lease(self.process, self._until())
        for count, (sid, (who, device_id, device_type)) in enumerate(list(self.sockets.items())):
            if count % 500 == 499:
                live.renew_lease(self.process, self._until())
            if sid not in self.sockets:
                continue  # closed meanwhile
            try:
                service.socket_opened(who, device_id, device_type, self.process)
            except PulseError as error:
                log.info("socket not registered again", user_id=who.user_id, code=error.code)
        if self.sockets:
            realtime.emit_here("resync", {}, namespace="/presence")

    def _until(self) -> int:
        return clock.milliseconds() + int(settings().presence_lease_seconds * 1000)


LEASE = Lease()


def keep(app: Flask) -> None:
    """Renew for ever (a background task of the web process)."""
    while True:
        with app.app_context():
            pause = settings().presence_lease_seconds / 3
            try:
                LEASE.renew()
            except REDIS_IS_AWAY as error:
                log.warning("lease not renewed", error=str(error))
                pause = min(pause, 0.5)
            except Exception:
                log.exception("lease not renewed")
        socketio.sleep(pause)
