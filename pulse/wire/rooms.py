"""The client manager that encodes what a room is told once, and remembers whom the room consists of."""

from collections.abc import Collection
from typing import Any

import orjson
import socketio
from engineio.packet import MESSAGE, Packet

from pulse.wire.session import Session, framed


class _Room(dict[str, str]):
    """The sockets of a room, each with its session.

    Only the room of a whole namespace is to be found by session too, for which the stock one keeps a bidict.
    """

    __slots__ = ()

    @property
    def _fwdm(self) -> "_Room":
        return self


class Rooms(socketio.Manager):
    """Who is in which room, and telling them. Whoever leaves costs no look into all rooms."""

    def __init__(self) -> None:
        super().__init__()
        self._members: dict[tuple[str, Any], list[Session]] = {}  # of rooms told since somebody came or went
        self._entered: dict[tuple[str, str], dict[Any, None]] = {}  # (namespace, socket) -> its rooms

    def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any = None,
        skip_sid: Any = None,
        callback: Any = None,
        to: Any = None,
        **kwargs: Any,
    ) -> None:
        """Emit to a room, several, or the whole namespace; callbacks and exceptions go the stock way."""
        if callback is not None or skip_sid:
            super().emit(event, data, namespace, room, skip_sid, callback, to, **kwargs)
            return
        arguments = list(data) if isinstance(data, tuple) else [] if data is None else [data]
        parts = self._encoded(namespace, [event, *arguments])
        frames = [framed(f"4{part}" if isinstance(part, str) else part) for part in parts]
        for session in self._sessions(namespace, to or room):
            link = session.link
            if link is None:
                if not session.closed:
                    for part in parts:
                        session.send(Packet(MESSAGE, part))
            else:
                for one in frames:
                    link.push(one)

    def _encoded(self, namespace: str, data: list[Any]) -> list[str | bytes]:
        """A Socket.IO packet: a text, behind which come its binary attachments."""
        try:
            where = "" if namespace == "/" else f"{namespace},"
            return [f"{socketio.packet.EVENT}{where}{orjson.dumps(data).decode()}"]
        except TypeError:  # it holds bytes, or what only the stock encoder takes
            packet = self.server.packet_class(socketio.packet.EVENT, namespace=namespace, data=data)
            encoded = packet.encode()
            return encoded if isinstance(encoded, list) else [encoded]

    def basic_enter_room(self, sid: str, namespace: str, room: Any, eio_sid: str | None = None) -> None:
        self._members.pop((namespace, room), None)
        if room is not None and namespace in self.rooms:
            self.rooms[namespace].setdefault(room, _Room())
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
        self._entered.setdefault((namespace, sid), {})[room] = None

    def basic_leave_room(self, sid: str, namespace: str, room: Any) -> None:
        self._members.pop((namespace, room), None)
        super().basic_leave_room(sid, namespace, room)
        self._entered.get((namespace, sid), {}).pop(room, None)

    def basic_disconnect(self, sid: str, namespace: str, **kwargs: Any) -> None:
        for room in self._entered.pop((namespace, sid), {}):
            self.basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            if sid in pending.get(namespace, ()):
                pending[namespace].remove(sid)
                if not pending[namespace]:
                    del pending[namespace]

    def get_rooms(self, sid: str, namespace: str) -> list[Any]:
        return [room for room in self._entered.get((namespace, sid), {}) if room is not None]

    def _sessions(self, namespace: str, room: Any) -> Collection[Session]:
        if isinstance(room, (list, tuple, set)):
            if len(room) != 1:
                return {session: None for one in room for session in self._sessions(namespace, one)}
            (room,) = room
        members = self._members.get((namespace, room))
        if members is None:
            sessions = self.server.eio.sockets
            members = [
                sessions[eio_sid]
                for _, eio_sid in self.get_participants(namespace, room)
                if eio_sid in sessions
            ]
            if members:
                self._members[namespace, room] = members
        return members
