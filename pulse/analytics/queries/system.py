"""Reads of what operators want to know of the whole server."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from pulse.accounts.models import Session, User
from pulse.accounts.rules import AccountStatus
from pulse.analytics.models import RequestLine, SystemStats
from pulse.conversations.models import Message
from pulse.conversations.queries import figures
from pulse.core import clock
from pulse.core.permissions import Role
from pulse.extensions import db

RECENT = 10


@dataclass(frozen=True)
class Totals:
    """What there is now."""

    users: int
    messages: int
    conversations: int
    active_sessions: int


def totals() -> Totals:
    """Accounts without visitors, messages and conversations of all kinds, sessions that have not ended."""
    is_live = Session.ended_at.is_(None), Session.expires_at > clock.now()
    return Totals(
        users=db.session.scalar(select(func.count()).select_from(User).where(User.role != Role.VISITOR)) or 0,
        messages=figures.count_messages(),
        conversations=figures.count_conversations(),
        active_sessions=db.session.scalar(select(func.count()).select_from(Session).where(*is_live)) or 0,
    )


def daily(first: date, last: date) -> dict[date, SystemStats]:
    """The rows of the days between two, both included, as far as there are any."""
    query = select(SystemStats).where(SystemStats.day >= first, SystemStats.day <= last)
    return {row.day: row for row in db.session.scalars(query)}


def recent_users() -> Sequence[tuple[User, int]]:
    """The newest accounts, each with how many messages it sent."""
    sent = select(func.count()).where(Message.sender_id == User.id).scalar_subquery()
    query = (
        select(User, sent.label("messages"))
        .where(User.role != Role.VISITOR, User.account_status != AccountStatus.BANNED)
        .order_by(User.id.desc())
        .limit(RECENT)
    )
    return db.session.execute(query).tuples().all()


def recent_lines() -> Sequence[tuple[RequestLine, str | None]]:
    """The newest lines of the request log, each with the name of who asked."""
    query = (
        select(RequestLine, User.username)
        .outerjoin(User, User.id == RequestLine.user_id)
        .order_by(RequestLine.id.desc())
        .limit(RECENT)
    )
    return db.session.execute(query).tuples().all()


def count_between(column: Any, start: datetime, end: datetime, *conditions: Any) -> int:
    """How many rows have their `column` between two moments."""
    query = select(func.count()).where(column >= start, column < end, *conditions)
    return db.session.scalar(query) or 0
