"""Reads of conversations and their members."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, false, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from pulse.accounts.models import User
from pulse.accounts.rules import AccountStatus
from pulse.conversations.kinds import Kind, Standing
from pulse.conversations.models import Conversation, Member, Message
from pulse.conversations.queries import blocks
from pulse.core.database import LOCK
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.workspaces import queries as workspaces
from pulse.workspaces import rules as workspace_rules
from pulse.workspaces.models import Membership
from pulse.workspaces.rules import MemberRole


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation as one user stands to it."""

    conversation: Conversation
    member: Member | None
    user_id: int
    standing: Standing


class Writer(NamedTuple):
    """Somebody who wants to write in a conversation."""

    place: Place
    user: User


class Pair(NamedTuple):
    """The other user of a conversation of two, and how far they have read."""

    user: User
    member: Member | None


class Listed(NamedTuple):
    """A conversation in a list: with its last message, and who sent that."""

    place: Place
    last_message: Message | None
    last_sender: User | None


def place(conversation_id: int, user_id: int) -> Place | None:
    """How a user stands to a conversation; None if it does not exist. One statement."""
    row = db.session.execute(_PLACE, {"id": conversation_id, "user_id": user_id}).one_or_none()
    return _place(row, user_id) if row else None


def writers(pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], Writer]:
    """How users stand to conversations, (conversation, user), that they want to write in. One statement.

    Inside a transaction, to whose end it holds the conversations, always in the same order.
    """
    if not pairs:
        return {}
    conversation_ids, user_ids = zip(*pairs, strict=True)
    rows = db.session.execute(
        _WRITERS,
        {"pairs": list(pairs), "conversation_ids": [*set(conversation_ids)], "user_ids": [*set(user_ids)]},
    )
    return {(row[0].id, row[5].id): Writer(_place(row, row[5].id), row[5]) for row in rows}


def listed(
    user_id: int,
    *,
    kind: Kind | None,
    workspace_id: int | None,
    is_unread: bool,
    after: tuple[datetime, int] | None,
    limit: int,
) -> Sequence[Listed]:
    """A user's conversations, the latest first. A direct one shows once somebody has written in it."""
    query = _with_last_message(_places(user_id)).where(
        Member.user_id == user_id,
        or_(
            Conversation.kind != Kind.DIRECT, Conversation.last_seq > 0, Conversation.created_by_id == user_id
        ),
    )
    if kind:
        query = query.where(Conversation.kind == kind)
    if workspace_id is not None:
        query = query.where(Conversation.workspace_id == workspace_id)
    if is_unread:
        query = query.where(Conversation.last_seq > Member.read_seq)
    if after:
        query = query.where(tuple_(Conversation.updated_at, Conversation.id) < after)
    order = query.order_by(Conversation.updated_at.desc(), Conversation.id.desc())
    return _listed(order.limit(limit), user_id)


def channels(
    user_id: int, workspace_id: int, role: MemberRole, after: tuple[str, int] | None, limit: int
) -> Sequence[Listed]:
    """The channels of a workspace that a member of this role may see, by name, those behind `after`."""
    name = func.lower(Conversation.name)
    query = _with_last_message(_places(user_id)).where(
        Conversation.workspace_id == workspace_id, Conversation.kind == Kind.CHANNEL
    )
    is_own = Member.user_id.is_not(None)
    query = query.where(is_own if role is MemberRole.GUEST else or_(is_own, ~Conversation.is_private))
    if after:  # in lower case as the database knows it, which is not as Python does
        query = query.where(tuple_(name, Conversation.id) > tuple_(func.lower(after[0]), after[1]))
    return _listed(query.order_by(name, Conversation.id).limit(limit), user_id)


def one_listed(conversation_id: int, user_id: int) -> Listed | None:
    """The same as in a list, for one conversation."""
    found = _listed(_ONE_LISTED, user_id, id=conversation_id, user_id=user_id)
    return found[0] if found else None


def unread_total(user_id: int) -> tuple[int, int]:
    """How many messages a user has not read, muted conversations left out, and in how many conversations."""
    row = db.session.execute(
        select(func.coalesce(func.sum(Conversation.last_seq - Member.read_seq), 0), func.count())
        .select_from(Member)
        .join(Conversation, Conversation.id == Member.conversation_id)
        .where(Member.user_id == user_id, Member.notify != "none", Conversation.last_seq > Member.read_seq)
    ).one()
    return int(row[0]), int(row[1])


def direct(one: int, other: int) -> Conversation | None:
    """The direct conversation of two users, if they have one."""
    return db.session.scalar(
        select(Conversation).where(
            Conversation.low_id == min(one, other), Conversation.high_id == max(one, other)
        )
    )


def others(conversations: Collection[Conversation], user_id: int) -> dict[int, Pair]:
    """The other user of each conversation of two, by conversation id.

    Of a support conversation it is whoever answers for the customer, who began it; for the desk the customer.
    """
    wanted = {c.id: c for c in conversations if c.kind != Kind.CHANNEL}
    if not wanted:
        return {}
    rows = db.session.execute(
        select(Member.conversation_id, User, Member)
        .join(User, User.id == Member.user_id)
        .where(Member.conversation_id.in_(wanted), Member.user_id != user_id)
    )
    return {
        conversation_id: Pair(user, member)
        for conversation_id, user, member in rows
        if _is_pair(wanted[conversation_id], user_id, user.id)
    }


def _is_pair(conversation: Conversation, user_id: int, other_id: int) -> bool:
    return conversation.kind == Kind.DIRECT or conversation.created_by_id in (user_id, other_id)


def member_ids(conversation_id: int) -> list[int]:
    """The ids of all members."""
    return list(db.session.scalars(select(Member.user_id).where(Member.conversation_id == conversation_id)))


def member_count(conversation_id: int) -> int:
    """How many members there are."""
    return db.session.scalar(_MEMBER_COUNT, {"id": conversation_id}) or 0


_MEMBER_COUNT = select(func.count()).where(Member.conversation_id == bindparam("id"))


def members(conversation_id: int, after: tuple[str, int] | None, limit: int) -> Sequence[tuple[User, Member]]:
    """The members by username."""
    name = func.lower(User.username)
    query = (
        select(User, Member)
        .join(Member, Member.user_id == User.id)
        .where(Member.conversation_id == conversation_id)
    )
    if after:
        query = query.where(tuple_(name, User.id) > after)
    return db.session.execute(query.order_by(name, User.id).limit(limit)).tuples().all()


def conversation_ids(user_id: int) -> set[int]:
    """The ids of all conversations that a user is a member of."""
    return set(db.session.scalars(_CONVERSATION_IDS, {"user_id": user_id}))


# Built once: every socket that connects asks it, and building costs more than asking.
_CONVERSATION_IDS = select(Member.conversation_id).where(Member.user_id == bindparam("user_id"))


def channel_ids_in(workspace_id: int, user_id: int) -> list[int]:
    """The ids of the channels of a workspace that a user is a member of."""
    return list(
        db.session.scalars(
            select(Member.conversation_id)
            .join(Conversation, Conversation.id == Member.conversation_id)
            .where(Member.user_id == user_id, Conversation.workspace_id == workspace_id)
        )
    )


def mentioned(conversation_id: int, names: Collection[str]) -> dict[str, int]:
    """Those members whose usernames (lower case) are among the names: name -> id."""
    if not names:
        return {}
    name = func.lower(User.username)
    rows = db.session.execute(
        select(name, User.id)
        .join(Member, Member.user_id == User.id)
        .where(Member.conversation_id == conversation_id, name.in_(names))
    )
    return dict(rows.tuples().all())


def addressable(username: str) -> User | None:
    """The active user of exactly this name (whatever its case) to whom one may write."""
    return db.session.scalar(
        select(User).where(
            func.lower(User.username) == username.lower(),
            User.account_status == AccountStatus.ACTIVE,
            User.role != Role.VISITOR,
        )
    )


def sharers(user_id: int) -> Select[Any]:
    """The ids of those with whom a user shares a direct conversation in which both have written.

    One that only one of them has begun shares nothing: writing to somebody must not be a way to watch them.
    """
    other = case((Conversation.low_id == user_id, Conversation.high_id), else_=Conversation.low_id)
    return select(other).where(
        or_(Conversation.low_id == user_id, Conversation.high_id == user_id),
        Conversation.is_mutual,
        ~blocks.between(Conversation.low_id, Conversation.high_id).exists(),
    )


def sharing(user_id: int, others: Collection[int]) -> set[int]:
    """Those of the others with whom a user shares a workspace or a direct conversation."""
    direct = set(db.session.scalars(sharers(user_id))) & set(others)
    return direct | workspaces.sharing(user_id, others)


def _places(user_id: Any) -> Any:
    is_blocked: ColumnElement[bool] = and_(
        Conversation.low_id.is_not(None), blocks.between(Conversation.low_id, Conversation.high_id).exists()
    )
    is_desk = User.role.in_((Role.AGENT, Role.ADMIN))
    return (
        select(
            Conversation,
            Member,
            Membership.role,
            is_blocked.label("is_blocked"),
            case((Conversation.kind == Kind.SUPPORT, is_desk), else_=false()).label("is_desk"),
        )
        .select_from(Conversation)
        .join(User, User.id == user_id)
        .outerjoin(Member, and_(Member.conversation_id == Conversation.id, Member.user_id == user_id))
        .outerjoin(
            Membership,
            and_(Membership.workspace_id == Conversation.workspace_id, Membership.user_id == user_id),
        )
    )


# Built once: every message that is sent or read asks for it, and building costs more than asking.
_PLACE = (
    _places(bindparam("user_id"))
    .where(Conversation.id == bindparam("id"))
    .execution_options(populate_existing=True)
)


_PAIRS: Any = bindparam("pairs", expanding=True)
_WRITERS = (
    _places(User.id)
    .add_columns(User)
    .where(
        Conversation.id.in_(bindparam("conversation_ids", expanding=True)),
        User.id.in_(bindparam("user_ids", expanding=True)),
        tuple_(Conversation.id, User.id).in_(_PAIRS),
    )
    .order_by(Conversation.id)
    .with_for_update(of=Conversation, **LOCK)
    .execution_options(populate_existing=True)
)


def _with_last_message(query: Any) -> Any:
    sender = aliased(User)
    return (
        query.add_columns(Message, sender)
        .outerjoin(
            Message, and_(Message.conversation_id == Conversation.id, Message.seq == Conversation.last_seq)
        )
        .outerjoin(sender, sender.id == Message.sender_id)
        .execution_options(populate_existing=True)
    )


_ONE_LISTED = _with_last_message(_places(bindparam("user_id"))).where(Conversation.id == bindparam("id"))


def _listed(query: Any, viewer_id: int, **values: int) -> list[Listed]:
    rows = db.session.execute(query, values).all()
    return [Listed(_place(row, viewer_id), row[5], row[6]) for row in rows]


def _place(row: Any, user_id: int) -> Place:
    conversation, member, role = row[0], row[1], MemberRole(row[2]) if row[2] else None
    standing = Standing(
        is_member=member is not None,
        is_creator=conversation.created_by_id == user_id,
        is_private=conversation.is_private,
        is_blocked=bool(row[3]),
        in_workspace=role is not None,
        is_guest=role is MemberRole.GUEST,
        manages_workspace=role is not None and workspace_rules.manages(role),
        is_desk=bool(row[4]),
    )
    return Place(conversation, member, user_id, standing)
