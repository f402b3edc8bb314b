"""The feed of the demo's workspace, as it would have grown with what happened."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from pulse.activity.models import Activity
from pulse.activity.rules import ActivityType, message_key
from pulse.conversations.kinds import Kind
from pulse.conversations.models import Conversation, Message
from pulse.extensions import db
from pulse.workspaces.models import Workspace


def write(workspace: Workspace, user_ids: Sequence[int], conversations: Sequence[Conversation]) -> None:
    """Note who joined, which channels were made, and what was sent and pinned in them."""
    begun = workspace.created_at
    channels = {channel.id: channel for channel in conversations if channel.kind == Kind.CHANNEL}
    for user_id in user_ids:
        _note(workspace.id, ActivityType.MEMBER_JOINED, begun, user_id, user_id)
    for channel in channels.values():
        _note(workspace.id, ActivityType.CHANNEL_CREATED, begun, channel.id, channel.created_by_id, channel)
    lines: dict[str, Activity] = {}
    sent = select(Message).where(Message.conversation_id.in_(channels)).order_by(Message.id)
    for message in db.session.scalars(sent):
        channel = channels[message.conversation_id]
        key = message_key(channel.id, message.sender_id, message.created_at)
        line = lines.get(key)
        if line is None:
            line = lines[key] = _note(
                workspace.id,
                ActivityType.MESSAGE_SENT,
                message.created_at,
                message.id,
                message.sender_id,
                channel,
            )
            line.key, line.count, line.first_seq = key, 0, message.seq
        line.count += 1
        line.ref_id, line.last_seq, line.updated_at = message.id, message.seq, message.created_at
        if message.pinned_at:
            pinned = ActivityType.MESSAGE_PINNED
            _note(workspace.id, pinned, message.pinned_at, message.id, message.sender_id, channel)


def _note(
    workspace_id: int,
    kind: ActivityType,
    at: datetime,
    ref_id: int,
    actor_id: int | None,
    channel: Conversation | None = None,
) -> Activity:
    line = Activity(
        workspace_id=workspace_id,
        conversation_id=channel.id if channel else None,
        actor_id=actor_id,
        type=kind,
        ref_id=ref_id,
        subject=f"#{channel.name}" if channel else "",
        count=1,
        created_at=at,
        updated_at=at,
    )
    db.session.add(line)
    return line
