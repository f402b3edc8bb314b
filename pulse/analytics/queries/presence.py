"""Reads of how people were here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, or_, select

from pulse.accounts.models import User
from pulse.analytics import rules
from pulse.analytics.models import PresenceDay, PresenceRollup
from pulse.analytics.rules import Day, Spell
from pulse.conversations.models import Message
from pulse.conversations.rules import MessageKind
from pulse.core import clock
from pulse.extensions import db
from pulse.presence.models import StatusChange
from pulse.presence.rules import Status
from pulse.support.models import Reply


def time_zone(user_id: int) -> ZoneInfo:
    """A user's own."""
    return ZoneInfo(db.session.scalar(select(User.time_zone).where(User.id == user_id)) or "UTC")


def spells(user_id: int, start: datetime, end: datetime) -> list[Spell]:
    """How a user was here between two moments, by the history."""
    before = (
        select(func.max(StatusChange.at))
        .where(StatusChange.user_id == user_id, StatusChange.at <= start)
        .scalar_subquery()
    )
    rows = db.session.scalars(
        select(StatusChange)
        .where(
            StatusChange.user_id == user_id,
            StatusChange.at >= func.coalesce(before, start),
            StatusChange.at < end,
            StatusChange.status != Status.OFFLINE,
            or_(StatusChange.until.is_(None), StatusChange.until > start),
        )
        .order_by(StatusChange.epoch, StatusChange.version)
    )
    return [
        Spell(
            status=Status(row.status),
            start=max(row.at, start),
            end=min(row.until or end, end),
            begins=row.previous == Status.OFFLINE and row.at >= start,
        )
        for row in rows
    ]


def sent(user_id: int, start: datetime, end: datetime) -> Sequence[datetime]:
    """When a user wrote between two moments."""
    return db.session.scalars(
        select(Message.created_at).where(
            Message.sender_id == user_id,
            Message.created_at >= start,
            Message.created_at < end,
            Message.kind != MessageKind.EVENT,
        )
    ).all()


def counted(user_id: int, start: datetime, end: datetime, zone: ZoneInfo) -> dict[date, Day]:
    """A user's days between two moments, counted from history and messages."""
    if start >= end:
        return {}
    return rules.by_day(spells(user_id, start, end), sent(user_id, start, end), zone)


def days(user_id: int, first: date, last: date, until: datetime, zone: ZoneInfo) -> dict[date, Day]:
    """A user's days from the first to the last, which ends at `until`: from the roll-up as far as it goes,
    then from the history. Days without anything are missing."""
    start = rules.midnight(first, zone)
    rollup = db.session.get(PresenceRollup, user_id)
    if rollup is None or rollup.time_zone != zone.key or rollup.rolled_until <= start:
        return counted(user_id, start, until, zone)
    end = rules.midnight(last, zone)
    rolled_until = min(rollup.rolled_until, end)
    found = counted(user_id, rolled_until, until, zone)
    rows = db.session.scalars(
        select(PresenceDay).where(
            PresenceDay.user_id == user_id,
            PresenceDay.day >= first,
            PresenceDay.day < rolled_until.astimezone(zone).date(),
        )
    )
    return found | {row.day: Day(row.hours, row.sessions, row.messages) for row in rows}


@dataclass(frozen=True)
class Due:
    """Whose days are to be rolled up, and since when they are not."""

    user_id: int
    time_zone: str
    rolled_until: datetime | None  # None: nothing yet, or in another time zone


def due(after_id: int, limit: int) -> list[Due]:
    """Users above an id of whom a day may be over that is not rolled up."""
    last = clock.now() - rules.SETTLES
    is_fresh = PresenceRollup.time_zone == User.time_zone
    since = case((is_fresh, PresenceRollup.rolled_until), else_=rules.LONG_AGO)
    here = (
        select(StatusChange.id)
        .where(
            StatusChange.user_id == User.id,
            StatusChange.status != Status.OFFLINE,
            or_(StatusChange.until.is_(None), StatusChange.until > since),
        )
        .exists()
    )
    wrote = select(Message.id).where(Message.sender_id == User.id, Message.created_at >= since).exists()
    rows = db.session.execute(
        select(User.id, User.time_zone, PresenceRollup.rolled_until, is_fresh)
        .outerjoin(PresenceRollup, PresenceRollup.user_id == User.id)
        .where(
            User.id > after_id,
            or_(
                PresenceRollup.user_id.is_(None),
                ~is_fresh,
                PresenceRollup.rolled_until <= last - rules.SHORTEST_DAY,
            ),
            or_(here, wrote),
        )
        .order_by(User.id)
        .limit(limit)
    )
    return [Due(id_, zone, until if fresh else None) for id_, zone, until, fresh in rows]


def first_sign(user_id: int) -> datetime | None:
    """When a user's history begins."""
    moments: Iterable[datetime | None] = (
        db.session.scalar(select(func.min(StatusChange.at)).where(StatusChange.user_id == user_id)),
        db.session.scalar(select(func.min(Message.created_at)).where(Message.sender_id == user_id)),
    )
    return min((moment for moment in moments if moment), default=None)


@dataclass(frozen=True)
class Answers:
    """How long customers waited for somebody's answers, in seconds of business time."""

    count: int
    average: float | None


def answers(user_id: int, start: datetime, end: datetime) -> Answers:
    """A user's answers to customers between two moments."""
    row = db.session.execute(
        select(func.count(), func.avg(Reply.seconds)).where(
            Reply.agent_id == user_id, Reply.answered_at >= start, Reply.answered_at < end
        )
    ).one()
    return Answers(row[0], float(row[1]) if row[0] else None)


def rolled_up() -> Sequence[int]:
    """The ids of the users of whom something is rolled up."""
    return db.session.scalars(select(PresenceRollup.user_id).order_by(PresenceRollup.user_id)).all()
