"""The Socket.IO namespace /support: the desk, live."""

from pydantic import BaseModel

from pulse.core.errors import NotFound
from pulse.core.permissions import Permission
from pulse.core.sockets import BaseNamespace, Connection, client_event
from pulse.support import live, queries, telling
from pulse.support.schemas import events as e

WORK = Permission.DESK_WORK


class SupportNamespace(BaseNamespace):
    """Every ticket and agent as they change, for those who answer customers."""

    needs = WORK
    server_events: dict[str, type[BaseModel]] = {
        "ticket_updated": e.TicketUpdated,
        "agent_updated": e.AgentUpdated,
        "note_added": e.NoteEvent,
        "target_missed": e.TargetEvent,
        "viewers": e.ViewersEvent,
        "resync": e.Resync,
    }

    def __init__(self, namespace: str) -> None:
        super().__init__(namespace)
        self.views: dict[str, int] = {}  # socket -> ticket on its screen

    def left(self, connection: Connection, said_goodbye: bool) -> None:
        self._look_away(connection)

    @client_event(e.SubscribeIn, WORK)
    def on_subscribe(self, connection: Connection, data: e.SubscribeIn) -> None:
        """Hear of the desk from now on; then ask over REST for what is shown"""
        self.enter_room(connection.sid, telling.DESK)

    @client_event(e.SubscribeIn, WORK)
    def on_unsubscribe(self, connection: Connection, data: e.SubscribeIn) -> None:
        """Hear of it no longer"""
        self.leave_room(connection.sid, telling.DESK)

    @client_event(e.ViewIn, WORK)
    def on_view(self, connection: Connection, data: e.ViewIn) -> None:
        """Say which ticket is on the screen, for the others to see; every minute again"""
        if data.conversation_id != self.views.get(connection.sid):
            self._look_away(connection)
        if data.conversation_id is None:
            return
        if queries.ticket(data.conversation_id) is None:
            raise NotFound("There is no such ticket.")
        self.views[connection.sid] = data.conversation_id
        live.SCREENS.look(data.conversation_id, connection.identity.user_id, connection.sid)
        telling.viewers(data.conversation_id)

    def _look_away(self, connection: Connection) -> None:
        before = self.views.pop(connection.sid, None)
        if before is not None:
            live.SCREENS.look_away(before, connection.identity.user_id, connection.sid)
            telling.viewers(before)
