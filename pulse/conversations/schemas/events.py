"""What goes over the sockets of /chat, beside messages."""

from typing import Annotated, Literal

from pydantic import Field

from pulse.conversations.kinds import Kind
from pulse.conversations.schemas.conversations import ConversationOut
from pulse.conversations.schemas.fields import Body, Emoji, Id, Seq
from pulse.conversations.schemas.messages import DraftIn, MessageOut, OwnMessageOut, TargetIn
from pulse.core.pagination import NextCursor
from pulse.core.schemas import Input, Output


class JoinIn(TargetIn):
    """Without `after_rev` the newest messages come, with it what has changed since."""

    after_rev: Annotated[Seq | None, Field(description="The last change that the client has.")] = None


class JoinOut(Output):
    conversation: ConversationOut
    messages: Annotated[
        list[OwnMessageOut], Field(description="Ascending by seq; with `after_rev` in the order of rev.")
    ]
    last_rev: Annotated[int, Field(description="Where the client stands with this answer.", examples=[57])]
    has_more: Annotated[bool, Field(description="Join again, with after_rev = last_rev of this answer.")]
    next: NextCursor = None


class ConversationIn(Input):
    conversation_id: Id


class LookIn(Input):
    conversation_id: Annotated[Id | None, Field(description="What is on the screen now; null: nothing.")] = (
        None
    )


class SendEventIn(TargetIn, DraftIn):
    """A message, and where it goes."""


class EditEventIn(Input):
    message_id: Id
    body: Body


class MessageIdIn(Input):
    message_id: Id


class ReactEventIn(Input):
    message_id: Id
    emoji: Emoji
    on: bool = True


class PinEventIn(Input):
    message_id: Id
    on: bool = True


class MarkEventIn(Input):
    conversation_id: Id
    seq: Seq


class TypingIn(Input):
    """Sent every few seconds while somebody types."""

    conversation_id: Id
    is_typing: bool = True


class OneMessageOut(Output):
    message: OwnMessageOut


class MessageEvent(Output):
    """A change of a message, the `rev`-th of the conversation. `message` is its state now."""

    conversation_id: Annotated[int, Field(examples=[12])]
    channel_id: Annotated[int | None, Field(examples=[12])]
    rev: Annotated[int, Field(examples=[57])]
    message: MessageOut


class ReactionEvent(MessageEvent):
    """An emoji was put on a message, or taken off: a change like the others."""

    user_id: Annotated[int, Field(examples=[7])]
    emoji: Annotated[str, Field(examples=["👍"])]
    on: bool


class ReadEvent(Output):
    """How far somebody has read. `unread_count` is for their own devices only."""

    conversation_id: Annotated[int, Field(examples=[12])]
    user_id: Annotated[int, Field(examples=[7])]
    seq: Annotated[int, Field(examples=[42])]
    unread_count: Annotated[int | None, Field(examples=[0])] = None


class DeliveredEvent(Output):
    """How far somebody's devices have received."""

    conversation_id: Annotated[int, Field(examples=[12])]
    user_id: Annotated[int, Field(examples=[7])]
    seq: Annotated[int, Field(examples=[42])]


class TypingEvent(Output):
    """Somebody types, or has stopped; it is over by itself after `expires_in` seconds."""

    conversation_id: Annotated[int, Field(examples=[12])]
    user_id: Annotated[int, Field(examples=[7])]
    username: Annotated[str, Field(examples=["ann"])]
    is_typing: bool
    expires_in: Annotated[int, Field(description="Seconds.", examples=[5])]


class ConversationUpdated(Output):
    """Something about a conversation is new; `joined` and `left` are about `user_id`."""

    conversation_id: Annotated[int, Field(examples=[12])]
    change: Literal["created", "changed", "joined", "left", "deleted", "notify", "blocked"]
    user_id: Annotated[int | None, Field(examples=[7])] = None
    kind: Kind | None = None
    name: Annotated[str, Field(examples=["general"])] = ""
    topic: Annotated[str, Field(examples=["What concerns all of us"])] = ""
    is_private: bool | None = None
    is_archived: bool | None = None


class Resync(Output):
    """Something may have been missed: join again, with `after_rev`, whatever you hold."""
