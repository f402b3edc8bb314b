"""What happens in conversations."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ConversationCreated:
    conversation_id: int
    actor_id: int | None


@dataclass(frozen=True)
class ConversationChanged:
    """`changes`: which of name, topic, is_private, is_archived, retention_days are new."""

    conversation_id: int
    actor_id: int
    changes: list[str]


@dataclass(frozen=True)
class MemberAdded:
    """Joined by themselves if the actor is the user."""

    conversation_id: int
    user_id: int
    actor_id: int | None


@dataclass(frozen=True)
class MemberRemoved:
    """Left by themselves if the actor is the user."""

    conversation_id: int
    user_id: int
    actor_id: int | None


@dataclass(frozen=True)
class MessageChange:
    """One change of one message: the `rev`-th of its conversation."""

    conversation_id: int
    message_id: int
    rev: int
    actor_id: int | None


@dataclass(frozen=True)
class MessageSent(MessageChange):
    """`mentions` are ids of mentioned users; `kind` is the message's.

    `shown` is the message with all that is shown of it, if whoever sent it had that at hand.
    """

    seq: int
    kind: str
    mentions: list[int]
    mentions_all: bool
    shown: Any = field(default=None, compare=False, repr=False, metadata={"transient": True})


@dataclass(frozen=True)
class MessageEdited(MessageChange):
    """`mentions` are those who were not mentioned before."""

    mentions: list[int]


@dataclass(frozen=True)
class MessageDeleted(MessageChange):
    pass


@dataclass(frozen=True)
class MessagePinned(MessageChange):
    is_pinned: bool


@dataclass(frozen=True)
class ReactionChanged(MessageChange):
    emoji: str
    is_on: bool


@dataclass(frozen=True)
class MessagesRead:
    """How far a member has read; back, if they marked messages unread."""

    conversation_id: int
    user_id: int
    seq: int


@dataclass(frozen=True)
class MessagesDelivered:
    """How far a member's devices have received."""

    conversation_id: int
    user_id: int
    seq: int


@dataclass(frozen=True)
class NotifyChanged:
    """A member chose what to be notified of."""

    conversation_id: int
    user_id: int


@dataclass(frozen=True)
class PersonBlocked:
    """By the user, or unblocked: the two share a direct conversation less, or more, than before."""

    user_id: int
    blocked_id: int


@dataclass(frozen=True)
class AttachmentUploaded:
    """Somebody has uploaded an image, of which a thumbnail is to be made."""

    attachment_id: int
