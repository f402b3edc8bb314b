"""Pure decisions about the feed: what a line says, and which messages share one."""

from datetime import datetime
from enum import StrEnum

WINDOW = 600  # seconds: what one person sends in one channel meanwhile is one line
SUBJECT_MAX = 200  # characters


class ActivityType(StrEnum):
    MESSAGE_SENT = "message_sent"
    MESSAGE_PINNED = "message_pinned"
    CHANNEL_CREATED = "channel_created"
    CHANNEL_RENAMED = "channel_renamed"
    CHANNEL_ARCHIVED = "channel_archived"
    CHANNEL_UNARCHIVED = "channel_unarchived"
    TOPIC_CHANGED = "topic_changed"
    MEMBER_JOINED = "member_joined"
    MEMBER_LEFT = "member_left"
    MEMBER_REMOVED = "member_removed"
    MEMBER_INVITED = "member_invited"
    WORKSPACE_RENAMED = "workspace_renamed"


_SAYS = {
    ActivityType.MESSAGE_SENT: ("sent a message in {subject}", "sent {count} messages in {subject}"),
    ActivityType.MESSAGE_PINNED: ("pinned a message in {subject}",),
    ActivityType.CHANNEL_CREATED: ("created the channel {subject}",),
    ActivityType.CHANNEL_RENAMED: ("renamed a channel to {subject}",),
    ActivityType.CHANNEL_ARCHIVED: ("archived the channel {subject}",),
    ActivityType.CHANNEL_UNARCHIVED: ("opened the channel {subject} again",),
    ActivityType.TOPIC_CHANGED: ("changed the topic of {subject}",),
    ActivityType.MEMBER_JOINED: ("joined the workspace",),
    ActivityType.MEMBER_LEFT: ("left the workspace",),
    ActivityType.MEMBER_REMOVED: ("removed somebody from the workspace",),
    ActivityType.MEMBER_INVITED: ("invited somebody", "invited {count} people"),
    ActivityType.WORKSPACE_RENAMED: ("renamed the workspace to {subject}",),
}


def summary(kind: ActivityType, actor: str, subject: str, count: int) -> str:
    """A line as a sentence, such as "Ann sent 3 messages in #general"; nobody's name is "Somebody"."""
    says = _SAYS[kind][0 if count == 1 else -1].replace("{count}", str(count)).replace("{subject}", subject)
    return f"{actor or 'Somebody'} {says}"


def window(at: datetime) -> int:
    """The number of the window into which a moment falls."""
    return int(at.timestamp()) // WINDOW


def message_key(conversation_id: int, sender_id: int | None, at: datetime) -> str:
    """What the messages have in common that share a line."""
    return f"message:{conversation_id}:{sender_id or 0}:{window(at)}"


def invitation_key(workspace_id: int, actor_id: int | None, at: datetime) -> str:
    """The same for invitations."""
    return f"invitation:{workspace_id}:{actor_id or 0}:{window(at)}"
