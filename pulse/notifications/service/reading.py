"""What is read, and what goes."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select, update

from pulse.core import clock
from pulse.core.context import settings
from pulse.core.errors import NotFound
from pulse.core.events import publish, transaction
from pulse.extensions import db
from pulse.notifications import queries
from pulse.notifications.events import NotificationsGone
from pulse.notifications.models import Notification
from pulse.notifications.rules import NoticeKind

BATCH = 500  # a longer transaction would keep web processes on SQLite waiting


def mark_read(user_id: int, notification_id: int) -> None:
    """Mark one of one's notifications read; a second time changes nothing. Raises NotFound."""
    with transaction() as session:
        owner_id = session.scalar(select(Notification.user_id).where(Notification.id == notification_id))
        if owner_id != user_id:
            raise NotFound("There is no such notification.")
        _mark(Notification.id == notification_id)


def mark_all_read(user_id: int) -> int:
    """Mark all of one's notifications read; returns how many were not."""
    with transaction():
        return _mark(Notification.user_id == user_id)


def read_along(user_id: int, conversation_id: int, seq: int) -> None:
    """Whoever reads a conversation up to `seq` reads the notifications about it, in the same transaction."""
    _mark(*_about(user_id, conversation_id, seq))


def read_by_writing(user_id: int, conversation_id: int, seq: int) -> None:
    """So does whoever writes in it."""
    about = _about(user_id, conversation_id, seq)
    if queries.known([user_id], and_(Notification.read_at.is_(None), *about)):
        with transaction():
            _mark(*about)


def read_arrival(user_id: int, came_id: int) -> None:
    """Whoever says that they know somebody came online has read so, in the same transaction."""
    _mark(
        Notification.user_id == user_id,
        Notification.kind == NoticeKind.CAME_ONLINE,
        Notification.actor_id == came_id,
    )


def forget_member(user_id: int, conversation_id: int) -> None:
    """Whoever is out of a conversation keeps nothing of it, in the same transaction."""
    _forget(Notification.user_id == user_id, Notification.conversation_id == conversation_id)


def forget_message(conversation_id: int, message_id: int) -> None:
    """A deleted message notifies nobody any more, in the same transaction; of several the others do."""
    _forget(
        Notification.conversation_id == conversation_id,
        Notification.message_id == message_id,
        Notification.count == 1,
        Notification.read_at.is_(None),
    )


def forget_old() -> int:
    """Delete notifications that were read before the retention; returns how many."""
    before = clock.now() - timedelta(days=settings().notification_retention_days)
    deleted = 0
    while True:
        with transaction() as session:
            old = select(Notification.id).where(Notification.read_at < before).limit(BATCH)
            ids = session.scalars(old).all()
            session.execute(delete(Notification).where(Notification.id.in_(ids)))
        deleted += len(ids)
        if len(ids) < BATCH:
            return deleted


def _about(user_id: int, conversation_id: int, seq: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Notification.user_id == user_id,
        Notification.conversation_id == conversation_id,
        Notification.last_seq <= seq,
    )


def _mark(*conditions: ColumnElement[bool]) -> int:
    rows = queries.held(Notification.read_at.is_(None), *conditions)
    if rows:
        db.session.execute(
            update(Notification)
            .where(Notification.id.in_([row.id for row in rows]))
            .values(read_at=clock.now())
            .execution_options(synchronize_session=False)
        )
        _tell(rows)
    return len(rows)


def _forget(*conditions: ColumnElement[bool]) -> None:
    rows = queries.held(*conditions)
    if rows:
        db.session.execute(
            delete(Notification)
            .where(Notification.id.in_([row.id for row in rows]))
            .execution_options(synchronize_session=False)
        )
        _tell(rows)


def _tell(rows: Sequence[Any]) -> None:
    publish(NotificationsGone(sorted({row.user_id for row in rows})))
