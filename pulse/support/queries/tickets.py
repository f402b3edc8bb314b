"""Reads of tickets and what belongs to them; they never commit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_

from pulse.accounts.models import User
from pulse.conversations.models import Conversation, Member, Message
from pulse.extensions import db
from pulse.support.models import (
    Customer,
    Ticket,
    TicketEvent,
    TicketNote,
    TicketTag,
)
from pulse.support.rules import Priority, TicketStatus


class Row(NamedTuple):
    """A ticket in a list, with the number of its last message and how far the viewer has read."""

    ticket: Ticket
    conversation: Conversation
    member: Member | None


@dataclass(frozen=True)
class Filters:
    """Which tickets of the desk."""

    status: TicketStatus | None = None
    assignee_id: int | None = None
    customer_id: int | None = None
    conversation_id: int | None = None
    team_id: int | None = None
    is_snoozed: bool | None = None
    priority: Priority | None = None
    tag: str | None = None
    search: str = ""
    is_unassigned: bool = False
    is_open: bool = False


def by_room(room: str) -> Ticket | None:
    """The ticket of an address."""
    query = select(Ticket).where(Ticket.room == room)
    return db.session.scalar(query.execution_options(populate_existing=True))


def ticket(conversation_id: int) -> Ticket | None:
    return db.session.get(Ticket, conversation_id, populate_existing=True)


def conversation_of(room: str) -> int | None:
    """The conversation behind an address, for whom it exists; who may see it is asked there."""
    return db.session.scalar(select(Ticket.conversation_id).where(Ticket.room == room))


def conversation(conversation_id: int) -> Conversation:
    """The conversation of a ticket, as it is now."""
    return db.session.get_one(Conversation, conversation_id, populate_existing=True)


def opened_as(customer_id: int, client_id: str) -> int | None:
    """The conversation that a customer opened with a message of this name."""
    return db.session.scalar(
        select(Message.conversation_id)
        .join(Ticket, Ticket.conversation_id == Message.conversation_id)
        .where(Message.sender_id == customer_id, Message.client_id == client_id)
    )


def _rows(viewer_id: int) -> Any:
    return (
        select(Ticket, Conversation, Member)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .outerjoin(Member, and_(Member.conversation_id == Conversation.id, Member.user_id == viewer_id))
        .execution_options(populate_existing=True)
    )


def row(conversation_id: int, viewer_id: int) -> Row | None:
    """One ticket as in a list."""
    found = db.session.execute(
        _rows(viewer_id).where(Ticket.conversation_id == conversation_id)
    ).one_or_none()
    return Row(*found) if found else None


def latest(viewer_id: int, filters: Filters, after: tuple[datetime, int] | None, limit: int) -> Sequence[Row]:
    """Tickets, those in which something happened last first."""
    key = tuple_(Ticket.updated_at, Ticket.conversation_id)
    query = _rows(viewer_id).where(*_conditions(filters))
    if after:
        query = query.where(key < after)
    order = query.order_by(Ticket.updated_at.desc(), Ticket.conversation_id.desc()).limit(limit)
    return [Row(*found) for found in db.session.execute(order)]


def longest_waiting(
    viewer_id: int, filters: Filters, after: tuple[int, datetime, int] | None, limit: int
) -> Sequence[Row]:
    """Tickets whose customer waits first, and of them who has waited longest; behind them the others."""
    is_answered = case((Ticket.awaits_since.is_(None), 1), else_=0)
    since = func.coalesce(Ticket.awaits_since, Ticket.updated_at)
    key = tuple_(is_answered, since, Ticket.conversation_id)
    query = _rows(viewer_id).where(*_conditions(filters))
    if after:
        query = query.where(key > after)
    order = query.order_by(is_answered, since, Ticket.conversation_id).limit(limit)
    return [Row(*found) for found in db.session.execute(order)]


def waiting_key(row: Row) -> tuple[int, str, int]:
    """Where a row of `longest_waiting` stands, for a cursor."""
    ticket = row.ticket
    since = ticket.awaits_since or ticket.updated_at
    return int(ticket.awaits_since is None), since.isoformat(), ticket.conversation_id


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.status:
        found.append(Ticket.status == filters.status)
    if filters.is_open:
        found.append(Ticket.status.in_((TicketStatus.WAITING, TicketStatus.ACTIVE)))
    if filters.assignee_id is not None:
        found.append(Ticket.assignee_id == filters.assignee_id)
    if filters.is_unassigned:
        found.append(Ticket.assignee_id.is_(None))
    if filters.customer_id is not None:
        found.append(Ticket.customer_id == filters.customer_id)
    if filters.conversation_id is not None:
        found.append(Ticket.conversation_id == filters.conversation_id)
    if filters.is_snoozed is not None:
        found.append(Ticket.snoozed_until.is_not(None) == filters.is_snoozed)
    if filters.team_id is not None:
        found.append(Ticket.team_id == filters.team_id)
    if filters.priority:
        found.append(Ticket.rank == filters.priority.rank)
    if filters.tag:
        tagged = select(TicketTag.conversation_id).where(TicketTag.tag == filters.tag)
        found.append(Ticket.conversation_id.in_(tagged))
    if filters.search:
        pattern = f"%{filters.search.replace('/', '//').replace('%', '/%').replace('_', '/_')}%"
        people = select(User.id).where(
            or_(User.username.ilike(pattern, escape="/"), User.full_name.ilike(pattern, escape="/"))
        )
        found.append(or_(Ticket.subject.ilike(pattern, escape="/"), Ticket.customer_id.in_(people)))
    return found


def under_way(*, assignee_id: int | None = None, customer_id: int | None = None) -> Sequence[int]:
    """The conversations of tickets that are not done, of an agent or of a customer."""
    query = select(Ticket.conversation_id).where(
        Ticket.status.in_((TicketStatus.WAITING, TicketStatus.ACTIVE))
    )
    if assignee_id is not None:
        query = query.where(Ticket.assignee_id == assignee_id)
    if customer_id is not None:
        query = query.where(Ticket.customer_id == customer_id)
    return db.session.scalars(query.order_by(Ticket.conversation_id).limit(200)).all()


def joined(user_id: int) -> Sequence[Ticket]:
    """The tickets of others in whose conversations somebody is, in the order of their numbers."""
    query = (
        select(Ticket)
        .join(Member, Member.conversation_id == Ticket.conversation_id)
        .where(Member.user_id == user_id, Ticket.customer_id.is_distinct_from(user_id))
    )
    return db.session.scalars(query.order_by(Ticket.conversation_id)).all()


def tags(conversation_ids: Collection[int]) -> dict[int, list[str]]:
    """The tags of tickets, in order."""
    query = select(TicketTag).where(TicketTag.conversation_id.in_(conversation_ids)).order_by(TicketTag.tag)
    found: dict[int, list[str]] = {}
    for one in db.session.scalars(query) if conversation_ids else ():
        found.setdefault(one.conversation_id, []).append(one.tag)
    return found


def users(user_ids: Collection[int | None]) -> dict[int, User]:
    """Users by id."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    query = select(User).where(User.id.in_(wanted))
    return {user.id: user for user in db.session.scalars(query)} if wanted else {}


def customers(user_ids: Collection[int | None]) -> dict[int, Customer]:
    """What is known of visitors, by user id."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    query = select(Customer).where(Customer.user_id.in_(wanted)).execution_options(populate_existing=True)
    return {customer.user_id: customer for customer in db.session.scalars(query)} if wanted else {}


def history(conversation_id: int, after: int, limit: int) -> Sequence[TicketEvent]:
    """The lines of a ticket's history above one of them, the earliest first."""
    query = select(TicketEvent).where(TicketEvent.conversation_id == conversation_id, TicketEvent.id > after)
    return db.session.scalars(query.order_by(TicketEvent.id).limit(limit)).all()


def notes(conversation_id: int, after: int, limit: int) -> Sequence[TicketNote]:
    """The notes on a ticket above one of them, the earliest first."""
    query = select(TicketNote).where(TicketNote.conversation_id == conversation_id, TicketNote.id > after)
    return db.session.scalars(query.order_by(TicketNote.id).limit(limit)).all()


def counts(user_id: int) -> tuple[int, int, int]:
    """How many tickets wait, are an agent's own, and are not done in all; those put off left out."""
    is_mine = and_(Ticket.status == TicketStatus.ACTIVE, Ticket.assignee_id == user_id)
    row = db.session.execute(
        select(
            func.count().filter(Ticket.status == TicketStatus.WAITING),
            func.count().filter(is_mine),
            func.count(),
        ).where(
            Ticket.status.in_((TicketStatus.WAITING, TicketStatus.ACTIVE)), Ticket.snoozed_until.is_(None)
        )
    ).one()
    return row[0], row[1], row[2]


def tags_used(limit: int) -> Sequence[str]:
    """The tags that tickets have, those used most first."""
    by_use = (func.count().desc(), TicketTag.tag)
    return db.session.scalars(
        select(TicketTag.tag).group_by(TicketTag.tag).order_by(*by_use).limit(limit)
    ).all()
