"""The Socket.IO namespace /presence."""

from typing import Any

from pydantic import BaseModel

from pulse.accounts.rules import clean_device_id
from pulse.core import realtime
from pulse.core.errors import Forbidden, PulseError
from pulse.core.permissions import Permission
from pulse.core.schemas import rfc3339
from pulse.core.sockets import BaseNamespace, Connection, client_event
from pulse.presence import policy, queries, service
from pulse.presence import schemas as s
from pulse.presence.leases import LEASE
from pulse.presence.rules import DeviceType
from pulse.presence.service.deciding import EVERYBODY, full_room, room, workspace_room
from pulse.workspaces import policy as workspaces_policy
from pulse.workspaces import queries as workspaces


class PresenceNamespace(BaseNamespace):
    """Heartbeats in; snapshots and changes out."""

    needs = Permission.PRESENCE_SELF
    server_events: dict[str, type[BaseModel]] = {
        "presence_snapshot": s.PresenceSnapshot,
        "presence_update": s.PresenceUpdate,
        "presence_hidden": s.PresenceHidden,
        "came_online": s.CameOnline,
        "resync": s.Resync,
    }

    def __init__(self, namespace: str) -> None:
        super().__init__(namespace)
        realtime.handler("presence.recheck_audience")(self._recheck_audience)
        realtime.handler("presence.follow_member")(self._follow_member)

    def joined(self, connection: Connection) -> None:
        hello = connection.hello
        if device_id := clean_device_id(hello.device_id):
            LEASE.opened(connection.sid, connection.identity, device_id, _device_type(hello.device_type))
        for user_id, username, at in service.arrivals(connection.identity):
            self._tell(
                connection, "came_online", {"user_id": user_id, "username": username, "at": rfc3339(at)}
            )

    def left(self, connection: Connection, said_goodbye: bool) -> None:
        LEASE.closed(connection.sid, said_goodbye=said_goodbye)

    def missed(self, connection: Connection) -> None:
        self._recheck_viewer(connection.sid)

    @client_event(s.HeartbeatIn, Permission.PRESENCE_SELF, check_session=False, answer=s.HeartbeatOut)
    def on_heartbeat(self, connection: Connection, data: s.HeartbeatIn) -> s.HeartbeatOut:
        """Say that a device lives, every `heartbeat_seconds`"""
        hello = connection.hello
        device_id = data.device_id or clean_device_id(hello.device_id) or f"socket-{connection.sid}"
        device_type = data.device_type or _device_type(hello.device_type)
        if connection.sid not in LEASE.sockets:
            LEASE.opened(connection.sid, connection.identity, device_id, device_type)
        return s.HeartbeatOut(
            **service.heartbeat(connection.identity, data.beat(device_id, device_type)).heartbeat()
        )

    @client_event(s.SubscribeIn, Permission.PRESENCE_READ, answer=s.SubscribeOut)
    def on_subscribe(self, connection: Connection, data: s.SubscribeIn) -> dict[str, Any]:
        """Follow users: a snapshot, then every change"""
        who = connection.identity
        if data.all:
            if not who.may(Permission.BOARD_READ):
                raise Forbidden("Only admins follow everybody.")
            self.enter_room(connection.sid, EVERYBODY)
            return {"subscribed": [], "not_found": []}
        wanted = set(data.user_ids)
        if data.workspace_id:
            workspaces_policy.role_in(data.workspace_id, who.user_id)
            self.enter_room(connection.sid, workspace_room(data.workspace_id))
            wanted |= workspaces.member_ids(data.workspace_id)
        visible = self._follow(connection, wanted)
        return {"subscribed": sorted(visible), "not_found": sorted(wanted - visible)}

    @client_event(s.SubscribeIn, Permission.PRESENCE_READ, answer=s.SubscribeOut)
    def on_unsubscribe(self, connection: Connection, data: s.SubscribeIn) -> dict[str, Any]:
        """Follow users no longer"""
        if data.all:
            self.leave_room(connection.sid, EVERYBODY)
        members: set[int] = set()
        if data.workspace_id:
            self.leave_room(connection.sid, workspace_room(data.workspace_id))
            members = workspaces.member_ids(data.workspace_id)
        for user_id in members.union(data.user_ids):
            self._leave(connection.sid, user_id)
        return {"subscribed": [], "not_found": []}

    @client_event(s.ChoiceIn, Permission.PRESENCE_SELF, answer=s.PresenceOut)
    def on_set_status(self, connection: Connection, data: s.ChoiceIn) -> s.PresenceOut:
        """Set one's own choice and status text"""
        return s.PresenceOut(**service.set_presence(connection.identity, data.change).full())

    @client_event(s.UserIdIn, Permission.PRESENCE_READ, answer=s.WatchOut)
    def on_watch(self, connection: Connection, data: s.UserIdIn) -> dict[str, Any]:
        """Be told, once, when a user comes online"""
        service.watch(connection.identity, data.user_id)
        return {"user_id": data.user_id, "watching": True}

    @client_event(s.UserIdIn, Permission.PRESENCE_READ, answer=s.WatchOut)
    def on_unwatch(self, connection: Connection, data: s.UserIdIn) -> dict[str, Any]:
        """Wait no longer, or say that one knows"""
        service.unwatch(connection.identity, data.user_id)
        return {"user_id": data.user_id, "watching": False}

    def _follow(self, connection: Connection, user_ids: set[int]) -> set[int]:
        """Let a socket follow those of the users whom it may see, with a snapshot; returns them."""
        who = connection.identity
        visible = policy.visible(who, queries.states(user_ids))
        for user_id in visible:
            self.enter_room(connection.sid, full_room(user_id) if who.is_admin else room(user_id))
        # Read after entering the rooms: no change falls between the snapshot and what follows.
        views = queries.views(visible)
        hidden = visible - policy.visible(who, {key: view.state for key, view in views.items()})
        for user_id in hidden:  # since the first look
            self._leave(connection.sid, user_id)
            del views[user_id]
        snapshot = s.PresenceSnapshot(
            users=[s.PresenceOut(**policy.shown(who, views[key])) for key in sorted(views)]
        )
        self._tell(connection, "presence_snapshot", snapshot.model_dump(mode="json"))
        return visible - hidden

    def _tell(self, connection: Connection, event: str, data: dict[str, Any]) -> None:
        realtime.emit_here(event, data, namespace=self.namespace, rooms=[connection.sid])

    def _leave(self, sid: str, user_id: int) -> None:
        self.leave_room(sid, room(user_id))
        self.leave_room(sid, full_room(user_id))

    def _recheck_audience(self, data: dict[str, Any]) -> None:
        """A user's visibility or role changed: end what may not be followed any more."""
        user_id = data["user_id"]
        sids = {*self._members(room(user_id)), *self._members(full_room(user_id))}
        followers = [self.connections[sid] for sid in sids if sid in self.connections]
        allowed: set[int] = set()
        for state in queries.states([user_id]).values():
            allowed = policy.audience(state, [connection.identity for connection in followers])
        for connection in followers:
            if connection.identity.user_id not in allowed:
                self._leave(connection.sid, user_id)
                self._tell(connection, "presence_hidden", {"user_id": user_id})
        for sid in self._members(f"user:{user_id}"):
            self._recheck_viewer(sid)

    def _recheck_viewer(self, sid: str) -> None:
        connection = self.connections.get(sid)
        if connection is None:
            return
        try:
            self.recheck(connection)
        except PulseError:
            return  # their sockets are being cut
        self._recheck_rooms(connection)

    def role_changed(self, connection: Connection) -> None:
        """Whom they follow, and in which detail, was theirs by the role that they had."""
        for name in self.rooms(connection.sid):
            if name.startswith("presence:"):
                self.leave_room(connection.sid, name)
        self._tell(connection, "resync", {})

    def _recheck_rooms(self, connection: Connection) -> None:
        """End what this socket follows by way of a workspace that it is in no more."""
        places = [name.rpartition(":") for name in self.rooms(connection.sid)]
        for kind, _, number in places:
            if kind == "presence:workspace" and not workspaces.role_of(
                int(number), connection.identity.user_id
            ):
                self.leave_room(connection.sid, workspace_room(int(number)))
        followed = {int(number) for kind, _, number in places if kind == "presence:user"}
        for user_id in followed - policy.visible(connection.identity, queries.states(followed)):
            self._leave(connection.sid, user_id)
            self._tell(connection, "presence_hidden", {"user_id": user_id})

    def _follow_member(self, data: dict[str, Any]) -> None:
        """Somebody joined a workspace: its followers follow them from now on."""
        for sid in self._members(workspace_room(data["workspace_id"])):
            if connection := self.connections.get(sid):
                self._follow(connection, {data["user_id"]})

    def _members(self, name: str) -> list[str]:
        return realtime.members_here(self.namespace, name)


def _device_type(said: str | None) -> str:
    """A socket is a browser unless it says something else that we know."""
    return said if said in set(DeviceType) else DeviceType.WEB
