"""The Socket.IO namespace /chat."""

from typing import Any

from pydantic import BaseModel

from pulse.accounts.models import User
from pulse.conversations import answers, live, policy, rules, service
from pulse.conversations.queries import conversations as queries
from pulse.conversations.reactions import NAMESPACE, SYNC_GUESTS, SYNC_ROOMS, room
from pulse.conversations.schemas import events as e
from pulse.conversations.schemas.messages import MarkedOut
from pulse.core import realtime
from pulse.core.errors import NotFound
from pulse.core.permissions import Permission
from pulse.core.sockets import BaseNamespace, Connection, client_event
from pulse.extensions import db

USE = Permission.MESSAGES_USE


class ChatNamespace(BaseNamespace):
    """Messages in and out. A socket is in the rooms of all conversations that its user is a member of."""

    needs = USE
    server_events: dict[str, type[BaseModel]] = {
        "new_message": e.MessageEvent,
        "message_edited": e.MessageEvent,
        "message_deleted": e.MessageEvent,
        "message_pinned": e.MessageEvent,
        "reaction": e.ReactionEvent,
        "read": e.ReadEvent,
        "delivered": e.DeliveredEvent,
        "typing": e.TypingEvent,
        "conversation_updated": e.ConversationUpdated,
        "resync": e.Resync,
    }

    def __init__(self, namespace: str) -> None:
        super().__init__(namespace)
        # socket -> the conversations whose rooms it is in -> whether as a member, or just looking in
        self.inside: dict[str, dict[int, bool]] = {}
        self.looks: dict[str, int] = {}  # socket -> conversation on its screen
        realtime.handler(SYNC_ROOMS)(self._sync_rooms)
        realtime.handler(SYNC_GUESTS)(self._sync_guests)

    def joined(self, connection: Connection) -> None:
        self.inside[connection.sid] = {}
        orders = -1
        while orders != realtime.orders():  # again if somebody may have been removed from what is entered
            orders = realtime.orders()
            db.session.rollback()  # look at what is true now
            self._sync(connection)

    def left(self, connection: Connection, said_goodbye: bool) -> None:
        self.inside.pop(connection.sid, None)
        if conversation_id := self.looks.pop(connection.sid, None):
            live.SCREENS.look_away(conversation_id, connection.identity.user_id, connection.sid)

    def missed(self, connection: Connection) -> None:
        self._sync(connection)

    @client_event(e.JoinIn, USE, answer=e.JoinOut)
    def on_join(self, connection: Connection, data: e.JoinIn) -> e.JoinOut:
        """Open a conversation, or catch up with it"""
        conversation_id = answers.target(connection.identity, data, opens=True)
        if conversation_id is None:
            raise NotFound("There is no such conversation.")
        if not self.inside.get(connection.sid, {}).get(conversation_id):
            place = policy.check_sees(conversation_id, connection.identity.user_id)
            # Before reading, so that no change falls between.
            self._enter(connection.sid, conversation_id, is_member=place.member is not None)
        try:
            return answers.opened(connection.identity, conversation_id, data.after_rev)
        except NotFound:
            self._leave(connection.sid, conversation_id)
            raise

    on_join_channel = on_join

    @client_event(e.ConversationIn, USE)
    def on_leave(self, connection: Connection, data: e.ConversationIn) -> None:
        """Hear no more of a conversation on this socket, until it connects again"""
        self._leave(connection.sid, data.conversation_id)

    @client_event(e.LookIn, USE)
    def on_look(self, connection: Connection, data: e.LookIn) -> None:
        """Say what is on the screen; every minute again"""
        sid, user_id = connection.sid, connection.identity.user_id
        before = self.looks.pop(sid, None)
        if before is not None and before != data.conversation_id:
            live.SCREENS.look_away(before, user_id, sid)
        now = data.conversation_id
        if now is not None and now in self.inside.get(sid, ()):
            self.looks[sid] = now
            live.SCREENS.look(now, user_id, sid)

    @client_event(e.SendEventIn, USE, answer=e.OneMessageOut)
    def on_send_message(self, connection: Connection, data: e.SendEventIn) -> e.OneMessageOut:
        """Send a message; the ack comes after the commit"""
        who = connection.identity
        conversation_id = answers.target(who, data, opens=True) or 0
        view = service.send(who.user_id, conversation_id, data.draft)
        return e.OneMessageOut(message=answers.sent(who, view))

    @client_event(e.EditEventIn, USE, answer=e.OneMessageOut)
    def on_edit_message(self, connection: Connection, data: e.EditEventIn) -> e.OneMessageOut:
        """Edit one's own message"""
        return self._shown(connection, service.edit(connection.identity.user_id, data.message_id, data.body))

    @client_event(e.MessageIdIn, USE, answer=e.OneMessageOut)
    def on_delete_message(self, connection: Connection, data: e.MessageIdIn) -> e.OneMessageOut:
        """Delete a message"""
        return self._shown(connection, service.remove(connection.identity.user_id, data.message_id))

    @client_event(e.ReactEventIn, USE, answer=e.OneMessageOut)
    def on_react(self, connection: Connection, data: e.ReactEventIn) -> e.OneMessageOut:
        """Put an emoji on a message, or take it off"""
        message = service.react(connection.identity.user_id, data.message_id, data.emoji, data.on)
        return self._shown(connection, message)

    @client_event(e.PinEventIn, USE, answer=e.OneMessageOut)
    def on_pin(self, connection: Connection, data: e.PinEventIn) -> e.OneMessageOut:
        """Pin a message, or take it off"""
        return self._shown(connection, service.pin(connection.identity.user_id, data.message_id, data.on))

    @client_event(e.MarkEventIn, USE, answer=MarkedOut)
    def on_mark_read(self, connection: Connection, data: e.MarkEventIn) -> MarkedOut:
        """Everything up to a message is read"""
        marked = service.mark_read(connection.identity.user_id, data.conversation_id, data.seq)
        return self._marked(connection, data.conversation_id, marked)

    @client_event(e.MarkEventIn, USE, answer=MarkedOut)
    def on_mark_unread(self, connection: Connection, data: e.MarkEventIn) -> MarkedOut:
        """A message, and all behind it, are unread"""
        service.mark_unread(connection.identity.user_id, data.conversation_id, data.seq)
        return self._marked(connection, data.conversation_id)

    @client_event(e.MarkEventIn, USE)
    def on_delivered(self, connection: Connection, data: e.MarkEventIn) -> None:
        """This device has everything up to a message"""
        service.mark_delivered(connection.identity.user_id, data.conversation_id, data.seq)

    @client_event(e.TypingIn, USE)
    def on_typing(self, connection: Connection, data: e.TypingIn) -> None:
        """Tell the others that one types, every few seconds while one does"""
        user_id = connection.identity.user_id
        policy.check_posts(data.conversation_id, user_id)
        told = e.TypingEvent(
            conversation_id=data.conversation_id,
            user_id=user_id,
            username=db.session.get_one(User, user_id).username,
            is_typing=data.is_typing,
            expires_in=rules.TYPING_LASTS,
        )
        realtime.emit(
            "typing", told.model_dump(mode="json"), namespace=NAMESPACE, rooms=[room(data.conversation_id)]
        )

    def _shown(self, connection: Connection, message: Any) -> e.OneMessageOut:
        return e.OneMessageOut(message=answers.message(connection.identity, message))

    def _marked(self, connection: Connection, conversation_id: int, marked: int = 0) -> MarkedOut:
        return answers.marked(connection.identity, conversation_id, marked)

    def _enter(self, sid: str, conversation_id: int, *, is_member: bool) -> None:
        self.enter_room(sid, room(conversation_id))
        self.inside.setdefault(sid, {})[conversation_id] = is_member

    def _leave(self, sid: str, conversation_id: int) -> None:
        self.leave_room(sid, room(conversation_id))
        self.inside.get(sid, {}).pop(conversation_id, None)

    def _sync(self, connection: Connection) -> None:
        """Put a socket into the rooms in which its user belongs now, and out of all others."""
        user_id, inside = connection.identity.user_id, dict(self.inside.get(connection.sid, {}))
        wanted = queries.conversation_ids(user_id)
        for conversation_id in wanted:
            if not inside.get(conversation_id):
                self._enter(connection.sid, conversation_id, is_member=True)
        for conversation_id in inside.keys() - wanted:
            if inside[conversation_id] or not policy.sees(conversation_id, user_id):
                self._leave(connection.sid, conversation_id)

    def _sync_rooms(self, data: dict[str, Any]) -> None:
        """Users' memberships have changed: every process looks after their sockets here."""
        for user_id in data["user_ids"]:
            for sid in realtime.members_here(self.namespace, f"user:{user_id}"):
                if connection := self.connections.get(sid):
                    self._sync(connection)

    def _sync_guests(self, data: dict[str, Any]) -> None:
        """A conversation may be private now: whoever is no member of it leaves its room."""
        conversation_id = data["conversation_id"]
        for sid in realtime.members_here(self.namespace, room(conversation_id)):
            connection = self.connections.get(sid)
            is_member = self.inside.get(sid, {}).get(conversation_id)
            if connection and not is_member and not policy.sees(conversation_id, connection.identity.user_id):
                self._leave(sid, conversation_id)
