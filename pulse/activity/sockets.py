"""The Socket.IO namespace /activity."""

from typing import Any

from pydantic import BaseModel

from pulse.activity import queries
from pulse.activity import schemas as s
from pulse.activity.reactions import NAMESPACE, RECHECK, TELL, open_room, room
from pulse.core import realtime
from pulse.core.permissions import Permission
from pulse.core.sockets import BaseNamespace, Connection, client_event
from pulse.workspaces import policy
from pulse.workspaces.rules import MemberRole


class ActivityNamespace(BaseNamespace):
    """The feeds of workspaces, as they grow."""

    needs = Permission.ACTIVITY_READ
    server_events: dict[str, type[BaseModel]] = {"activity_update": s.ActivityUpdate, "resync": s.Resync}

    def __init__(self, namespace: str) -> None:
        super().__init__(namespace)
        realtime.handler(TELL)(self._tell)
        realtime.handler(RECHECK)(self._recheck)

    @client_event(s.FollowIn, Permission.ACTIVITY_READ, answer=s.FollowOut)
    def on_subscribe(self, connection: Connection, data: s.FollowIn) -> dict[str, Any]:
        """Follow the feed of a workspace"""
        workspace_id, user_id = data.workspace_id, connection.identity.user_id
        policy.role_in(workspace_id, user_id)
        self.enter_room(connection.sid, room(workspace_id))
        # Looked up behind the door: whoever is removed meanwhile is found in the room.
        self._place(connection.sid, workspace_id, queries.roles(workspace_id, [user_id]).get(user_id))
        return {"workspace_id": workspace_id}

    @client_event(s.FollowIn, Permission.ACTIVITY_READ, answer=s.FollowOut)
    def on_unsubscribe(self, connection: Connection, data: s.FollowIn) -> dict[str, Any]:
        """Follow it no longer"""
        self._place(connection.sid, data.workspace_id, None)
        return {"workspace_id": data.workspace_id}

    def _place(self, sid: str, workspace_id: int, role: MemberRole | None) -> None:
        """Put a follower's socket where one of this role belongs."""
        if role is None:
            self.leave_room(sid, room(workspace_id))
        if role in (None, MemberRole.GUEST):
            self.leave_room(sid, open_room(workspace_id))
        else:
            self.enter_room(sid, open_room(workspace_id))

    def _followers(self, name: str) -> dict[str, int]:
        """The sockets in a room here, and whose they are."""
        here = (self.connections.get(sid) for sid in realtime.members_here(NAMESPACE, name))
        return {one.sid: one.identity.user_id for one in here if one is not None}

    def _tell(self, data: dict[str, Any]) -> None:
        """Tell a line of a channel: a public one to all but guests, and whatever it is to its members."""
        told = data["told"]
        line = told["activity"]
        open_to = set() if data["is_private"] else {*self._followers(open_room(line["workspace_id"]))}
        asked = {
            sid: user_id
            for sid, user_id in self._followers(room(line["workspace_id"])).items()
            if sid not in open_to
        }
        members = queries.members_among(line["conversation_id"], {*asked.values()}) if asked else set()
        sids = [*open_to, *(sid for sid, user_id in asked.items() if user_id in members)]
        if sids:
            realtime.emit_here("activity_update", told, namespace=NAMESPACE, rooms=sids)

    def _recheck(self, data: dict[str, Any]) -> None:
        """A membership changed (all of them, without a user): every process looks at its followers again."""
        workspace_id, user_id = data["workspace_id"], data["user_id"]
        found = self._followers(room(workspace_id))
        found = {sid: one for sid, one in found.items() if user_id in (None, one)}
        roles = queries.roles(workspace_id, {*found.values()}) if found else {}
        for sid, one in found.items():
            self._place(sid, workspace_id, roles.get(one))
