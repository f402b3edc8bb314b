"""Reads of messages: pages, what changed, and everything that is shown beside them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import BindParameter, bindparam, select

from pulse.accounts.models import User
from pulse.conversations.models import Attachment, Conversation, Message, Reaction, Revision
from pulse.conversations.rules import MessageKind
from pulse.core.database import Model
from pulse.extensions import db

T = TypeVar("T", bound=Model)
BEYOND = 2**31 - 1  # no message has a higher number


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class MessageView:
    """A message with all that is shown of it."""

    message: Message
    conversation: Conversation
    sender: User | None
    reply_to: Message | None = None
    reply_sender: User | None = None
    attachments: Sequence[Attachment] = ()
    reactions: dict[str, list[int]] = field(default_factory=dict)  # emoji -> ids of users, first come first


def message(message_id: int) -> Message | None:
    """One message as it is now."""
    return db.session.get(Message, message_id, populate_existing=True)


def sent_as(names: Collection[tuple[int, str]]) -> Sequence[Message]:
    """The messages that their senders have named so: (sender, client_id)."""
    if not names:
        return []
    sender_ids, client_ids = zip(*names, strict=True)
    values = {"sender_ids": [*set(sender_ids)], "client_ids": [*set(client_ids)]}
    return [row for row in db.session.scalars(_SENT_AS, values) if (row.sender_id, row.client_id) in names]


def before(conversation_id: int, seq: int | None, limit: int) -> list[Message]:
    """The newest messages below `seq`, ascending."""
    values = {"conversation": conversation_id, "seq": BEYOND if seq is None else seq, "limit": limit}
    return list(reversed(db.session.scalars(_BEFORE, values).all()))


def after(conversation_id: int, seq: int, limit: int) -> Sequence[Message]:
    """The oldest messages above `seq`, ascending."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.seq > seq)
    return _fresh(query.order_by(Message.seq).limit(limit))


def changed(conversation_id: int, rev: int, limit: int) -> Sequence[Message]:
    """Every message with a change above `rev`, in the order of their latest ones."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.rev > rev)
    return _fresh(query.order_by(Message.rev).limit(limit))


def pinned(conversation_id: int, before_id: int | None, limit: int) -> Sequence[Message]:
    """Pinned messages, the latest messages first."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.pinned_at.is_not(None))
    if before_id is not None:
        query = query.where(Message.id < before_id)
    return _fresh(query.order_by(Message.id.desc()).limit(limit))


def with_files(conversation_id: int, before_id: int | None, limit: int) -> Sequence[Message]:
    """Messages that carry files, the latest first."""
    query = select(Message).where(
        Message.conversation_id == conversation_id,
        Message.kind.in_((MessageKind.IMAGE, MessageKind.FILE)),
        Message.deleted_at.is_(None),
    )
    if before_id is not None:
        query = query.where(Message.id < before_id)
    return _fresh(query.order_by(Message.id.desc()).limit(limit))


def revisions(message_id: int, before_id: int | None, limit: int) -> Sequence[Revision]:
    """What a message said before, the latest first."""
    query = select(Revision).where(Revision.message_id == message_id)
    if before_id is not None:
        query = query.where(Revision.id < before_id)
    return db.session.scalars(query.order_by(Revision.id.desc()).limit(limit)).all()


def views(messages: Sequence[Message]) -> list[MessageView]:
    """The messages with all that is shown of them, in as many statements for a hundred as for one."""
    replies = _by_id(Message, {m.reply_to_id for m in messages if m.reply_to_id})
    people = _by_id(User, {m.sender_id for m in [*messages, *replies.values()] if m.sender_id})
    conversations = _by_id(Conversation, {m.conversation_id for m in messages})
    files = _attachments([m.id for m in messages if m.kind in (MessageKind.IMAGE, MessageKind.FILE)])
    emoji = _reactions([m.id for m in messages])
    found = []
    for one in messages:
        reply = replies.get(one.reply_to_id or 0)
        found.append(
            MessageView(
                message=one,
                conversation=conversations[one.conversation_id],
                sender=people.get(one.sender_id or 0),
                reply_to=reply,
                reply_sender=people.get(reply.sender_id or 0) if reply else None,
                attachments=files.get(one.id, ()),
                reactions=emoji.get(one.id, {}),
            )
        )
    return found


def _fresh(query: object) -> Sequence[Message]:
    return db.session.scalars(query.execution_options(populate_existing=True)).all()  # type: ignore[attr-defined]


def _by_id(table: type[T], ids: Collection[int]) -> dict[int, T]:
    if not ids:
        return {}
    rows = db.session.scalars(_with_ids(table), {"ids": list(ids)})
    return {row.id: row for row in rows}


# These are built once: every message that is told asks them, and building costs more than asking.
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_SENT_AS = (  # two lists, since SQLite looks for pairs in all messages
    select(Message)
    .where(
        Message.sender_id.in_(bindparam("sender_ids", expanding=True)),
        Message.client_id.in_(bindparam("client_ids", expanding=True)),
    )
    .execution_options(populate_existing=True)
)
_BEFORE = (
    select(Message)
    .where(Message.conversation_id == bindparam("conversation"), Message.seq < bindparam("seq"))
    .order_by(Message.seq.desc())
    .limit(bindparam("limit"))
    .execution_options(populate_existing=True)
)
_ATTACHMENTS = select(Attachment).where(Attachment.message_id.in_(_IDS)).order_by(Attachment.id)
_REACTIONS = (
    select(Reaction.message_id, Reaction.emoji, Reaction.user_id)
    .where(Reaction.message_id.in_(_IDS))
    .order_by(Reaction.created_at, Reaction.user_id)
)


@cache
def _with_ids(table: type[Any]) -> Any:
    return select(table).where(table.id.in_(_IDS))


def _attachments(message_ids: Collection[int]) -> dict[int, list[Attachment]]:
    found: dict[int, list[Attachment]] = defaultdict(list)
    if message_ids:
        for row in db.session.scalars(_ATTACHMENTS, {"ids": list(message_ids)}):
            found[row.message_id or 0].append(row)
    return found


def _reactions(message_ids: Collection[int]) -> dict[int, dict[str, list[int]]]:
    found: dict[int, dict[str, list[int]]] = defaultdict(dict)
    if message_ids:
        for message_id, emoji, user_id in db.session.execute(_REACTIONS, {"ids": list(message_ids)}):
            found[message_id].setdefault(emoji, []).append(user_id)
    return found
