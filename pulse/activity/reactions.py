"""What the feed does when something happened."""

from typing import Any

from pulse.activity import queries, rules, service
from pulse.activity.events import ActivityRecorded
from pulse.activity.rules import ActivityType
from pulse.activity.schemas import ActivityOut
from pulse.activity.service import Line
from pulse.conversations.events import (
    ConversationChanged,
    ConversationCreated,
    MessagePinned,
    MessageSent,
)
from pulse.conversations.kinds import Kind
from pulse.conversations.models import Conversation, Message
from pulse.conversations.rules import MessageKind
from pulse.core import clock, realtime
from pulse.extensions import db
from pulse.workspaces.events import (
    MemberInvited,
    MemberJoined,
    MemberLeft,
    MemberRoleChanged,
    WorkspaceDeleted,
    WorkspaceRenamed,
)
from pulse.workspaces.models import Invitation, Workspace

NAMESPACE = "/activity"
TELL, RECHECK = "activity.tell", "activity.recheck"  # handlers of the namespace


def room(workspace_id: int) -> str:
    """Whoever follows a workspace."""
    return f"activity:{workspace_id}"


def open_room(workspace_id: int) -> str:
    """Those of them who may see its public channels: all but guests."""
    return f"activity:{workspace_id}:open"


def note_created(event: ConversationCreated) -> None:
    _note_channel(event.conversation_id, event.actor_id, ActivityType.CHANNEL_CREATED)


def note_changes(event: ConversationChanged) -> None:
    """What changed of a channel: a line each for its name, its topic, and whether it is open."""
    channel = _channel(event.conversation_id)
    if channel is None:
        return
    is_archived = channel.archived_at is not None
    archiving = ActivityType.CHANNEL_ARCHIVED if is_archived else ActivityType.CHANNEL_UNARCHIVED
    kinds = {
        "name": ActivityType.CHANNEL_RENAMED,
        "topic": ActivityType.TOPIC_CHANGED,
        "is_archived": archiving,
    }
    for change in event.changes:
        if change in kinds:
            _note_channel(event.conversation_id, event.actor_id, kinds[change])


def note_pin(event: MessagePinned) -> None:
    if event.is_pinned:
        _note_channel(
            event.conversation_id, event.actor_id, ActivityType.MESSAGE_PINNED, ref_id=event.message_id
        )


def note_joined(event: MemberJoined) -> None:
    service.note(Line(event.workspace_id, ActivityType.MEMBER_JOINED, event.user_id, event.user_id))


def note_left(event: MemberLeft) -> None:
    """Does not say who was removed: their name is not kept where they are no member."""
    kind = ActivityType.MEMBER_LEFT if event.actor_id == event.user_id else ActivityType.MEMBER_REMOVED
    service.note(Line(event.workspace_id, kind, event.user_id, event.actor_id))


def note_invited(event: MemberInvited) -> None:
    """Says who invites, not whom: addresses of invitations are for owners and admins."""
    invitation = db.session.get_one(Invitation, event.invitation_id)
    workspace_id, actor_id = invitation.workspace_id, invitation.invited_by_id
    key = rules.invitation_key(workspace_id, actor_id, clock.now())
    service.note(Line(workspace_id, ActivityType.MEMBER_INVITED, invitation.id, actor_id, key=key))


def note_renamed(event: WorkspaceRenamed) -> None:
    name = db.session.get_one(Workspace, event.workspace_id).name
    kind = ActivityType.WORKSPACE_RENAMED
    service.note(Line(event.workspace_id, kind, event.workspace_id, event.actor_id, subject=name))


def count_message(event: MessageSent) -> None:
    """What people send in channels is noted later: sending must not wait for the feed."""
    message = db.session.get(Message, event.message_id)
    channel = _channel(event.conversation_id)
    if message and channel and message.kind != MessageKind.EVENT and message.deleted_at is None:
        service.count_message(message, channel)


def tell(event: ActivityRecorded) -> None:
    """Tell a line to those who follow the workspace and may see it."""
    row = queries.line(event.activity_id)
    if row is None:
        return
    told = {"activity": ActivityOut.of(row).model_dump(mode="json")}
    line = row.Activity
    if line.conversation_id is None:
        realtime.emit("activity_update", told, namespace=NAMESPACE, rooms=[room(line.workspace_id)])
    else:  # who is in the channel is looked up where the followers are
        realtime.call_everywhere(TELL, {"is_private": bool(row.is_private), "told": told})


def recheck_follower(event: MemberLeft | MemberRoleChanged) -> None:
    """Somebody may see less of a workspace than before, or more."""
    realtime.call_everywhere(RECHECK, {"workspace_id": event.workspace_id, "user_id": event.user_id})


def recheck_followers(event: WorkspaceDeleted) -> None:
    """Nobody follows a workspace that is gone."""
    realtime.call_everywhere(RECHECK, {"workspace_id": event.workspace_id, "user_id": None})


def _channel(conversation_id: int) -> Any:
    """The channel of this number as it is; None for another kind, or if it is gone."""
    found = db.session.get(Conversation, conversation_id, populate_existing=True)
    return found if found is not None and found.kind == Kind.CHANNEL else None


def _note_channel(
    conversation_id: int, actor_id: int | None, kind: ActivityType, ref_id: int | None = None
) -> None:
    channel = _channel(conversation_id)
    if channel is not None:
        service.note(
            Line(channel.workspace_id, kind, ref_id or channel.id, actor_id, channel.id, f"#{channel.name}")
        )
