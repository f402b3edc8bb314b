"""Full-text search: SQLite's FTS5 and PostgreSQL's text search behind one function."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, column, func, or_, select, table, text, union_all
from sqlalchemy.dialects.postgresql import TSQUERY

from pulse.accounts.models import User
from pulse.conversations.kinds import Kind
from pulse.conversations.models import Conversation, Member, Message, searched
from pulse.conversations.rules import MessageKind
from pulse.conversations.words import Term
from pulse.extensions import db
from pulse.workspaces.models import Membership
from pulse.workspaces.rules import MemberRole

SIMPLE = text("'simple'")
SQLITE_INDEX: Any = table("message_search", column("rowid", Integer))


@dataclass(frozen=True)
class Wanted:
    """What is looked for: what it says, where, by whom, when (`after` <= created_at < `before`)."""

    terms: Sequence[Term] = ()
    conversation_id: int | None = None
    workspace_id: int | None = None
    sender: str | None = None
    after: datetime | None = None
    before: datetime | None = None


def search(user_id: int, wanted: Wanted, before_id: int | None, limit: int) -> Sequence[Message]:
    """The messages of people that a user may see now and that are wanted, the newest first. One statement."""
    return db.session.scalars(query(user_id, wanted, before_id, limit)).all()


def query(user_id: int, wanted: Wanted, before_id: int | None, limit: int) -> Select[Any]:
    """The statement of `search`."""
    is_postgres = db.engine.dialect.name == "postgresql"
    places = _visible(user_id, wanted)
    found = select(Message).where(
        # As an array it is looked at before the words, whose comparison costs much more.
        Message.conversation_id == func.any(func.array(places.scalar_subquery()))
        if is_postgres
        else Message.conversation_id.in_(places),
        Message.deleted_at.is_(None),
        Message.kind != MessageKind.EVENT,
    )
    number: ColumnElement[int] = Message.id  # type: ignore[assignment]
    if wanted.terms and is_postgres:
        found = found.where(searched(Message.body).op("@@")(_for_postgres(wanted.terms)))
    elif wanted.terms:
        # The index comes first, newest first by itself; whatever else is asked for is looked up hit by hit.
        number = SQLITE_INDEX.c.rowid
        found = found.select_from(SQLITE_INDEX).join(Message, Message.id == number)
        found = found.where(text("message_search MATCH :words").bindparams(words=_for_sqlite(wanted.terms)))
    if wanted.sender is not None:
        sender = select(User.id).where(func.lower(User.username) == wanted.sender.lower())
        found = found.where(Message.sender_id == sender.scalar_subquery())
    if wanted.after:
        found = found.where(Message.created_at >= wanted.after)
    if wanted.before:
        found = found.where(Message.created_at < wanted.before)
    if before_id is not None:
        found = found.where(number < before_id)
    return found.order_by(number.desc()).limit(limit)


def _visible(user_id: int, wanted: Wanted) -> Any:
    """The ids of the conversations that `kinds.py` lets the user see, among those where they look."""
    is_own = and_(Membership.workspace_id == Conversation.workspace_id, Membership.user_id == user_id)
    joined = (
        select(Conversation.id)
        .join(Member, and_(Member.conversation_id == Conversation.id, Member.user_id == user_id))
        .outerjoin(Membership, is_own)
        .where(or_(Conversation.kind != Kind.CHANNEL, Membership.user_id.is_not(None)))
    )
    public = (
        select(Conversation.id)
        .join(Membership, is_own)
        .where(
            Conversation.kind == Kind.CHANNEL,
            ~Conversation.is_private,
            Membership.role != MemberRole.GUEST,
        )
    )
    parts = []
    for part in (joined, public):
        if wanted.conversation_id is not None:
            part = part.where(Conversation.id == wanted.conversation_id)
        if wanted.workspace_id is not None:
            part = part.where(Conversation.workspace_id == wanted.workspace_id)
        parts.append(part)
    return union_all(*parts)


def _for_sqlite(terms: Sequence[Term]) -> str:
    quoted = (f'"{term.text}"' + (" *" if term.is_prefix else "") for term in terms)
    return " AND ".join(quoted)


def _for_postgres(terms: Sequence[Term]) -> Any:
    parts: list[Any] = []
    for term in terms:
        if term.is_prefix:
            quoted = term.apart.replace("\\", "\\\\").replace("'", "''")
            parts.append(func.to_tsquery(SIMPLE, f"'{quoted}':*", type_=TSQUERY))
        else:
            parts.append(func.phraseto_tsquery(SIMPLE, term.apart, type_=TSQUERY))
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.op("&&")(part)
    return whole
