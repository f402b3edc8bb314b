"""Mails to those who are away: when they are due, and what goes into them."""

from datetime import datetime, timedelta

from sqlalchemy import update

from pulse.core import clock
from pulse.core.events import publish, transaction
from pulse.extensions import db
from pulse.notifications import queries, rules
from pulse.notifications.events import DigestDue
from pulse.notifications.models import Digest, Notification
from pulse.notifications.rules import MAILED
from pulse.presence import queries as presence
from pulse.presence.rules import Status
from pulse.presence.view import View

BATCH = 100  # users


def mail_due_digests() -> int:
    """Decide for every user whose time has come: mail, look again later, or nothing; returns how many mails.

    Costs what is due. That a notification is mailed is noted in the transaction that orders the mail, so each
    is ordered once; the order survives whatever dies.
    """
    mailed = 0
    while user_ids := queries.due_digests(clock.now(), BATCH):
        away = {user_id: _away_since(view) for user_id, view in presence.views(user_ids).items()}
        with transaction():
            for user_id, mailed_at in queries.held_digests(user_ids, clock.now()):
                mailed += _decide(user_id, mailed_at, away.get(user_id))
    return mailed


def _decide(user_id: int, mailed_at: datetime | None, away_since: datetime | None) -> bool:
    wanted = queries.preferences(user_id)
    now = clock.now()
    if not wanted.mail_when_away:
        return _note(user_id, None, mailed_at)
    due = rules.mail_due(now, away_since, timedelta(minutes=wanted.mail_after_minutes), mailed_at)
    if due > now:
        return _note(user_id, due, mailed_at)
    rows = queries.held(
        Notification.user_id == user_id,
        Notification.read_at.is_(None),
        Notification.mailed_at.is_(None),
        Notification.kind.in_(MAILED),
    )
    if not rows:
        return _note(user_id, None, mailed_at)
    ids = [row.id for row in rows]
    db.session.execute(
        update(Notification)
        .where(Notification.id.in_(ids))
        .values(mailed_at=now)
        .execution_options(synchronize_session=False)
    )
    publish(DigestDue(user_id, ids))
    _note(user_id, None, now)
    return True


def _note(user_id: int, due_at: datetime | None, mailed_at: datetime | None) -> bool:
    db.session.execute(
        update(Digest)
        .where(Digest.user_id == user_id)
        .values(due_at=due_at, mailed_at=mailed_at)
        .execution_options(synchronize_session=False)
    )
    return False


def _away_since(view: View) -> datetime | None:
    """Since when a user is away; None while they are here, even if others see them offline by choice."""
    is_here = any(device.is_alive(view.now, view.state.limits) for device in view.state.devices)
    if is_here or view.verdict.status is not Status.OFFLINE:
        return None
    return clock.from_milliseconds(max(view.changed_at, view.state.number("last")))
