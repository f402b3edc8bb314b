"""Wire formats of messages."""

from dataclasses import dataclass
from typing import Annotated, Any
from weakref import WeakKeyDictionary

from pydantic import AliasChoices, Field

from pulse.accounts.rules import avatar_url
from pulse.conversations import rules
from pulse.conversations.kinds import Kind
from pulse.conversations.models import Attachment, Revision
from pulse.conversations.policy import rules_of
from pulse.conversations.queries.messages import MessageView
from pulse.conversations.rendering import as_text, render
from pulse.conversations.rules import MessageKind
from pulse.conversations.schemas.fields import Body, ClientId, Emoji, Id, Seq, Username
from pulse.conversations.service.sending import Draft
from pulse.core.pagination import PageQuery
from pulse.core.schemas import Input, Moment, Output


class AttachmentOut(Output):
    """A file of a message, or one that waits for its message."""

    id: Annotated[int, Field(examples=[5])]
    name: Annotated[str, Field(examples=["plan.png"])]
    media_type: Annotated[str, Field(examples=["image/png"])]
    size: Annotated[int, Field(description="Bytes.", examples=[48213])]
    width: Annotated[int | None, Field(examples=[1280])]
    height: Annotated[int | None, Field(examples=[720])]
    url: Annotated[str, Field(examples=["/api/attachments/5/"])]
    thumbnail_url: Annotated[
        str | None, Field(description="Of an image.", examples=["/api/attachments/5/thumbnail/"])
    ]

    @classmethod
    def of(cls, file: Attachment) -> "AttachmentOut":
        url = f"/api/attachments/{file.id}/"
        return cls(
            id=file.id,
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            width=file.width,
            height=file.height,
            url=url,
            thumbnail_url=f"{url}thumbnail/" if file.width and file.thumbnail_name != "" else None,
        )


class ReactionOut(Output):
    emoji: Annotated[str, Field(examples=["👍"])]
    count: Annotated[int, Field(examples=[2])]
    user_ids: Annotated[list[int], Field(examples=[[7, 12]])]


class QuoteOut(Output):
    """The message that another one replies to."""

    id: Annotated[int, Field(examples=[41])]
    seq: Annotated[int, Field(examples=[3])]
    sender: Annotated[str | None, Field(examples=["ann"])]
    sender_name: Annotated[str | None, Field(examples=["Ann Example"])]
    snippet: Annotated[str, Field(examples=["Shall we meet at noon?"])]
    is_deleted: bool


class MessageOut(Output):
    """A message as everybody sees it who may see its conversation."""

    id: Annotated[int, Field(examples=[42])]
    conversation_id: Annotated[int, Field(examples=[12])]
    channel_id: Annotated[int | None, Field(description="The conversation's id, if it is a channel.")]
    seq: Annotated[int, Field(description="1, 2, 3 in its conversation, without a gap.", examples=[4])]
    rev: Annotated[int, Field(description="The conversation's change that was this message's last.")]
    kind: MessageKind
    message_type: MessageKind
    sender_id: Annotated[int | None, Field(examples=[7])]
    sender: Annotated[str | None, Field(examples=["ann"])]
    sender_name: Annotated[str | None, Field(examples=["Ann Example"])]
    sender_email: Annotated[str | None, Field(description="In channels only.", examples=["ann@example.org"])]
    sender_avatar_url: Annotated[str | None, Field(examples=["/api/avatars/q3Zs.webp"])]
    body: Annotated[str, Field(examples=["Hello *everyone*!"])]
    content: Annotated[str, Field(description="The same as `body`.", examples=["Hello *everyone*!"])]
    html: Annotated[str, Field(description="Safe to show.", examples=["<p>Hello <em>everyone</em>!</p>"])]
    mentions: Annotated[list[int], Field(description="Ids of mentioned members.", examples=[[12]])]
    mentions_all: bool
    reply_to: QuoteOut | None
    attachments: list[AttachmentOut]
    reactions: list[ReactionOut]
    client_id: Annotated[str | None, Field(examples=["c5a1f2-17"])]
    created_at: Moment
    edited_at: Moment | None
    deleted_at: Moment | None
    is_deleted: bool
    pinned_at: Moment | None
    is_pinned: bool

    @classmethod
    def of(cls, view: MessageView) -> "MessageOut":
        return cls(**_shared(view))


@dataclass(frozen=True)
class Viewer:
    """Who looks at messages of one conversation; names and `other_read_seq` only in a direct one."""

    user_id: int
    read_seq: int
    own_name: str | None = None
    other: str | None = None
    other_read_seq: int = 0


class OwnMessageOut(MessageOut):
    """The same with what depends on who asks."""

    is_mine: bool
    is_read: Annotated[
        bool, Field(description="By you; your own one: by the other person, where that is shown.")
    ]
    receiver: Annotated[str | None, Field(description="In a direct conversation.", examples=["bob"])]

    @classmethod
    def seen_by(cls, view: MessageView, viewer: Viewer) -> "OwnMessageOut":
        is_mine = view.message.sender_id == viewer.user_id
        read_seq = viewer.other_read_seq if is_mine else viewer.read_seq
        return cls(
            **_shared(view),
            is_mine=is_mine,
            is_read=view.message.seq <= read_seq,
            receiver=viewer.other if is_mine else viewer.own_name,
        )


def _shared(view: MessageView) -> dict[str, Any]:
    """What everybody sees. What is sent is shown twice: to its room and in the ack."""
    if view not in _shown:
        _shown[view] = _show(view)
    return _shown[view]


_shown: WeakKeyDictionary[MessageView, dict[str, Any]] = WeakKeyDictionary()


def _show(view: MessageView) -> dict[str, Any]:
    message, sender, conversation = view.message, view.sender, view.conversation
    shows_email = sender is not None and rules_of(conversation).shows_emails
    html = as_text(message.body) if message.kind == MessageKind.EVENT else render(message.body)
    return {
        "id": message.id,
        "conversation_id": message.conversation_id,
        "channel_id": conversation.id if conversation.kind == Kind.CHANNEL else None,
        "seq": message.seq,
        "rev": message.rev,
        "kind": message.kind,
        "message_type": message.kind,
        "sender_id": message.sender_id,
        "sender": sender.username if sender else None,
        "sender_name": (sender.full_name or sender.username) if sender else None,
        "sender_email": sender.email if sender and shows_email else None,
        "sender_avatar_url": avatar_url(sender.avatar) if sender else None,
        "body": message.body,
        "content": message.body,
        "html": html,
        "mentions": message.mentions,
        "mentions_all": message.mentions_all,
        "reply_to": _quote(view),
        "attachments": [AttachmentOut.of(file) for file in view.attachments],
        "reactions": reactions_of(view),
        "client_id": message.client_id,
        "created_at": message.created_at,
        "edited_at": message.edited_at,
        "deleted_at": message.deleted_at,
        "is_deleted": message.deleted_at is not None,
        "pinned_at": message.pinned_at,
        "is_pinned": message.pinned_at is not None,
    }


def reactions_of(view: MessageView) -> list[ReactionOut]:
    """The emoji on a message, the first one first."""
    return [ReactionOut(emoji=emoji, count=len(ids), user_ids=ids) for emoji, ids in view.reactions.items()]


def _quote(view: MessageView) -> QuoteOut | None:
    reply, sender = view.reply_to, view.reply_sender
    if reply is None:
        return None
    return QuoteOut(
        id=reply.id,
        seq=reply.seq,
        sender=sender.username if sender else None,
        sender_name=(sender.full_name or sender.username) if sender else None,
        snippet=rules.snippet(reply.body),
        is_deleted=reply.deleted_at is not None,
    )


class RevisionOut(Output):
    """What a message said before an edit."""

    body: Annotated[str, Field(examples=["Hello evryone!"])]
    written_at: Moment

    @classmethod
    def of(cls, revision: Revision) -> "RevisionOut":
        return cls(body=revision.body, written_at=revision.written_at)


class TargetIn(Input):
    """Names a conversation by exactly one of these."""

    conversation_id: Id | None = None
    channel_id: Annotated[Id | None, Field(description="A channel's `conversation_id`.")] = None
    chat_room_id: Annotated[str | None, Field(max_length=64, description="The UUID of a support room.")] = (
        None
    )
    other_username: Annotated[
        Username | None,
        Field(
            validation_alias=AliasChoices("other_username", "receiver"),
            description="The other person of a direct conversation.",
        ),
    ] = None


class MessagesQuery(PageQuery, TargetIn):
    """Which messages: the newest, those before a `cursor`, those behind `after_seq`, or around one."""

    username: Annotated[Username | None, Field(description="If given, it must be your own.")] = None
    after_seq: Seq | None = None
    around_seq: Seq | None = None


class DraftIn(Input):
    """What is said."""

    body: Annotated[Body, Field(validation_alias=AliasChoices("body", "content"))] = ""
    client_id: ClientId | None = None
    kind: Annotated[
        MessageKind | None,
        Field(
            validation_alias=AliasChoices("kind", "message_type"),
            description="Not needed: it follows from the attachments.",
        ),
    ] = None
    attachment_ids: Annotated[list[Id], Field(max_length=rules.ATTACHMENTS_PER_MESSAGE, examples=[[5]])] = []
    reply_to: Id | None = None

    @property
    def draft(self) -> Draft:
        return Draft(self.body, self.client_id, tuple(dict.fromkeys(self.attachment_ids)), self.reply_to)


class SendIn(TargetIn, DraftIn):
    """A message, and where it goes."""

    sender: Annotated[Username | None, Field(description="If given, it must be your own.")] = None


class ReactionsOut(Output):
    data: list[ReactionOut]


class EditIn(Input):
    body: Annotated[Body, Field(validation_alias=AliasChoices("body", "content"))]


class ReactIn(Input):
    emoji: Emoji
    on: Annotated[bool, Field(description="False takes it off.")] = True


class PinIn(Input):
    on: Annotated[bool, Field(description="False takes it off.")] = True


class MarkReadIn(Input):
    conversation_id: Id
    username: Annotated[Username | None, Field(description="If given, it must be your own.")] = None
    seq: Annotated[Seq | None, Field(description="Up to which message; without it, all.")] = None


class MarkedOut(Output):
    """How far you have read."""

    conversation_id: Annotated[int, Field(examples=[12])]
    read_seq: Annotated[int, Field(examples=[42])]
    unread_count: Annotated[int, Field(examples=[0])]
    marked_read: Annotated[int, Field(description="How many became read just now.", examples=[2])] = 0
