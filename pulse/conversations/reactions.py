"""What conversations do when something happened: tell their members, keep memberships in step."""

from collections.abc import Sequence
from typing import Any

from pulse.conversations import live, rules, service
from pulse.conversations.events import (
    AttachmentUploaded,
    ConversationChanged,
    ConversationCreated,
    MemberAdded,
    MemberRemoved,
    MessageChange,
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessagesDelivered,
    MessageSent,
    MessagesRead,
    NotifyChanged,
    PersonBlocked,
    ReactionChanged,
)
from pulse.conversations.kinds import Kind
from pulse.conversations.models import Conversation, Member
from pulse.conversations.policy import rules_of
from pulse.conversations.queries import conversations as queries
from pulse.conversations.queries import messages
from pulse.conversations.schemas import events as e
from pulse.conversations.schemas.messages import MessageOut
from pulse.conversations.service import attachments
from pulse.core import realtime
from pulse.core.wires import together
from pulse.extensions import db
from pulse.workspaces.events import MemberLeft, MemberRoleChanged, WorkspaceDeleted

NAMESPACE = "/chat"
SYNC_ROOMS = "conversations.sync_rooms"
SYNC_GUESTS = "conversations.sync_guests"
EVENT_NAMES: dict[type[MessageChange], str] = {
    MessageSent: "new_message",
    MessageEdited: "message_edited",
    MessageDeleted: "message_deleted",
    MessagePinned: "message_pinned",
    ReactionChanged: "reaction",
}


def room(conversation_id: int) -> str:
    """Where the sockets of a conversation's members are."""
    return f"conversation:{conversation_id}"


@together
def broadcast(events: Sequence[MessageChange]) -> None:
    """Tell the members about changes of messages."""
    told = {_change(event): entry for event in events if (entry := _entry(event)) is not None}
    if told:
        live.tell(told)


def broadcast_if_untold(event: MessageChange) -> None:
    """The same later, if whoever committed the change died, or Redis was away, before it could be told."""
    if not live.is_told(_change(event)):
        broadcast([event])


def _change(event: MessageChange) -> str:
    return f"{event.conversation_id}:{event.rev}"


def _entry(event: MessageChange) -> str | None:
    """What is told about a change; None if the conversation is gone."""
    view = event.shown if isinstance(event, MessageSent) else None
    if view is None:
        message = messages.message(event.message_id)
        if message is None:
            return None
        view = messages.views([message])[0]
    body: dict[str, Any] = {
        "conversation_id": event.conversation_id,
        "channel_id": event.conversation_id if view.conversation.kind == Kind.CHANNEL else None,
        "rev": event.rev,
        "message": MessageOut.of(view).model_dump(mode="json"),
    }
    if isinstance(event, ReactionChanged):
        body |= {"user_id": event.actor_id, "emoji": event.emoji, "on": event.is_on}
    rooms = [room(event.conversation_id)]
    return realtime.message(EVENT_NAMES[type(event)], body, namespace=NAMESPACE, rooms=rooms)


def tell_read(event: MessagesRead) -> None:
    """One's other devices learn it always, the other members where receipts are shown."""
    conversation = db.session.get(Conversation, event.conversation_id, populate_existing=True)
    if conversation is None:
        return
    told = e.ReadEvent(conversation_id=event.conversation_id, user_id=event.user_id, seq=event.seq)
    if rules_of(conversation).shows_receipts:
        _emit("read", told, [room(event.conversation_id)])
    own = told.model_copy(update={"unread_count": rules.unread(conversation.last_seq, event.seq)})
    _emit("read", own, [f"user:{event.user_id}"])


def tell_delivered(event: MessagesDelivered) -> None:
    """The other members learn what has arrived."""
    told = e.DeliveredEvent(conversation_id=event.conversation_id, user_id=event.user_id, seq=event.seq)
    _emit("delivered", told, [room(event.conversation_id)])


def tell_created(event: ConversationCreated) -> None:
    """Whoever made it sees it on all devices; the other half of a pair with the first message."""
    _tell_update(event.conversation_id, "created", None, [f"user:{event.actor_id}"])


def tell_changed(event: ConversationChanged) -> None:
    """Whoever just looked in leaves if they may not any more; the others learn what is new."""
    if "is_private" in event.changes:
        realtime.call_everywhere(SYNC_GUESTS, {"conversation_id": event.conversation_id})
    _tell_update(event.conversation_id, "changed", None, [room(event.conversation_id)])


def tell_joined(event: MemberAdded) -> None:
    """A new member's sockets enter the room, and they learn of it; of a channel's new member everybody does.

    The other half of a pair learns with the first message.
    """
    _sync_rooms([event.user_id])
    conversation = db.session.get(Conversation, event.conversation_id)
    if conversation is None or conversation.kind == Kind.DIRECT or not _is_member(event):
        return
    others = [room(event.conversation_id)] if conversation.kind == Kind.CHANNEL else []
    _tell_update(event.conversation_id, "joined", event.user_id, [*others, f"user:{event.user_id}"])


def tell_left(event: MemberRemoved) -> None:
    """Whoever is no member any more hears no more from now on, not even what the conversation is called."""
    _sync_rooms([event.user_id])
    if _is_member(event):  # again, by now
        return
    _tell_update(event.conversation_id, "left", event.user_id, [room(event.conversation_id)])
    told = e.ConversationUpdated(conversation_id=event.conversation_id, change="left", user_id=event.user_id)
    _emit("conversation_updated", told, [f"user:{event.user_id}"])


def tell_notify(event: NotifyChanged) -> None:
    _tell_update(event.conversation_id, "notify", event.user_id, [f"user:{event.user_id}"])


def tell_blocked(event: PersonBlocked) -> None:
    """The direct conversation of the two, if there is one, can be written in no more, or again."""
    found = queries.direct(event.user_id, event.blocked_id)
    if found is not None:
        _tell_update(found.id, "blocked", None, [room(found.id)])


def leave_channels(event: MemberLeft) -> None:
    service.leave_workspace(event.workspace_id, event.user_id)


def sync_rooms(event: MemberRoleChanged) -> None:
    """What a member of a workspace may see depends on their role in it."""
    _sync_rooms([event.user_id])


def leave_deleted(event: WorkspaceDeleted) -> None:
    """The channels went with their workspace: sockets leave the rooms, clients ask again for their lists."""
    _sync_rooms(event.user_ids)
    _emit("resync", e.Resync(), [f"user:{user_id}" for user_id in event.user_ids])


def make_thumbnail(event: AttachmentUploaded) -> None:
    attachments.make_thumbnail(event.attachment_id)


def _sync_rooms(user_ids: list[int]) -> None:
    realtime.call_everywhere(SYNC_ROOMS, {"user_ids": user_ids})


def _is_member(event: MemberAdded | MemberRemoved) -> bool:
    member = db.session.get(Member, (event.conversation_id, event.user_id), populate_existing=True)
    return member is not None


def _tell_update(conversation_id: int, change: str, user_id: int | None, rooms: list[str]) -> None:
    conversation = db.session.get(Conversation, conversation_id, populate_existing=True)
    if conversation is None:
        return
    told = e.ConversationUpdated.model_validate(
        {
            "conversation_id": conversation_id,
            "change": change,
            "user_id": user_id,
            "kind": conversation.kind,
            "name": conversation.name,
            "topic": conversation.topic,
            "is_private": conversation.is_private,
            "is_archived": conversation.archived_at is not None,
        }
    )
    _emit("conversation_updated", told, rooms)


def _emit(event: str, told: Any, rooms: list[str]) -> None:
    realtime.emit(event, told.model_dump(mode="json"), namespace=NAMESPACE, rooms=rooms)
